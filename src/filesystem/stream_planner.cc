// SPDX-License-Identifier: Apache-2.0
#include "filesystem/stream_planner.h"

#include "base/checked.h"
#include "filesystem/suspicious_names.h"
#include "filesystem/system_streams.h"
#include "filesystem/update_sequence.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kBadClustersRecord = 8;

} // namespace

void StreamPlanner::add_name(const FileRecord& file) {
  if (file.in_use ? !scope_.allocated : !scope_.deleted) return;
  if (file.record == PathIndex::kRootRecord) return; // its name is a dot
  if (std::all_of(file.attributes.names.begin(), file.attributes.names.end(),
                  [](const FileName& name) { return suspicious_name(name.name).empty(); }))
    return;
  StreamRef name;
  name.id = {volume_id_, file.record, file.sequence, 0, StreamKind::name};
  name.deleted = !file.in_use;
  name.resident = true;
  plan_.streams.keep(name, volume_.mft.place(file.record, 0, volume_.geometry.record_size));
}

void StreamPlanner::add_behind(const FileRecord& file, const FoundStream& found,
                               FileStreamIds& ids) {
  if (file.record == kBadClustersRecord) return;
  const std::optional<u16> id = ids.behind.take(found.attribute);
  if (!id) return plan_.space.leave_behind(found); // add_data() says that there are too many
  StreamRef of = identity(file, found, StreamKind::slack);
  of.id.attribute = *id;
  if (!found.name.empty()) of.name = plan_.streams.keep_name(found.name);
  plan_.space.add_behind(of, found);
}

void StreamPlanner::add_data(const FileRecord& file, std::vector<FoundStream>&& streams,
                             FileStreamIds& ids) {
  u64 left_out = 0, bytes = 0;
  for (FoundStream& stream : streams) {
    if (const char* what = not_in_scope(file, stream)) {
      const bool is_table = file.record == 0 && stream.name.empty();
      if (file.in_use && !is_table && stream.name != "$Bad")
        plan_.space.add_unplanned(stream, what);
      continue;
    }
    if (const std::optional<u16> id = ids.data.take(stream.attribute)) {
      stream.attribute = *id;
      add_stream(file, std::move(stream));
      continue;
    }
    ++left_out;
    bytes = saturating_add(bytes, placed_bytes(stream.extents));
    if (file.in_use) plan_.space.leave_out(stream);
  }
  if (left_out > 0)
    add_issue(
        IssueKind::over_limit, file,
        fmt::format("more than 65,536 streams, one for each attribute id: {} were not scanned",
                    left_out),
        std::max<u64>(bytes, 1));
}

void StreamPlanner::add_others(const FileRecord& file, std::vector<FoundStream>&& attributes,
                               FileStreamIds& ids) {
  u64 left_out = 0;
  for (FoundStream& attribute : attributes) {
    if (attribute.type == static_cast<u32>(AttributeType::index_allocation))
      add_index(file, attribute, ids);
    else if (!add_attribute(file, std::move(attribute), ids))
      ++left_out;
  }
  if (left_out > 0)
    add_issue(IssueKind::over_limit, file,
              fmt::format("more than 65,536 attributes: {} were not scanned", left_out), left_out);
}

/// Why the stream is not scanned: the scope that it needs. Null if it is in scope.
const char* StreamPlanner::not_in_scope(const FileRecord& file, const FoundStream& stream) const {
  if (stream.system && !scope_.system) return "system";
  if (!file.in_use && !scope_.deleted) return "deleted";
  if (file.in_use && !scope_.allocated && !stream.system) return "allocated";
  if (!stream.name.empty() && !scope_.alternate_streams && !stream.system) return "ads";
  return nullptr;
}

StreamRef StreamPlanner::identity(const FileRecord& file, const FoundStream& found,
                                  StreamKind kind) const {
  StreamRef stream;
  stream.id = {volume_id_, file.record, file.sequence, found.attribute, kind};
  stream.deleted = !file.in_use;
  stream.recovered = volume_.mft.is_recovered(file.record);
  // Records in the list of a deleted file may be another file's by now.
  stream.unlike_icat = found.unlike_icat || (file.list && !file.in_use);
  return stream;
}

void StreamPlanner::add_stream(const FileRecord& file, FoundStream&& found) {
  StreamRef stream = identity(file, found, StreamKind::data);
  stream.size = found.size;
  stream.initialized = found.initialized;
  stream.encoding = found.encoding;
  stream.resident = found.resident;
  stream.compression_unit = found.compression_unit;
  stream.stored_attribute = found.stored_attribute;
  stream.stored_size = found.stored_size;
  stream.system = found.system;
  if (!found.name.empty()) stream.name = plan_.streams.keep_name(std::move(found.name));
  if (!found.why_unread.empty())
    stream.why_unread = plan_.streams.keep_name(std::move(found.why_unread));
  for (const std::string& problem : found.problems) {
    add_issue(IssueKind::malformed, file, problem);
    plan_.issues.back().stream_name = std::string(stream.name);
  }
  // Which clusters of a compressed stream are holes says how its units are stored.
  const std::span<const Unstored> unstored =
      is_read_as_stored(stream.encoding) ? volume_.source->unstored() : std::span<const Unstored>();
  const u32 number = unstored.empty()
                         ? plan_.streams.keep(stream, found.extents)
                         : plan_.streams.keep(stream, without_unstored(found.extents, unstored));
  if (file.record == kBadClustersRecord) return;
  stream.extents = found.extents; // it owns its clusters, whether the container stores them or not
  plan_.space.add_planned(stream, number);
}

void StreamPlanner::add_index(const FileRecord& file, const FoundStream& found,
                              FileStreamIds& ids) {
  if (!file.in_use) return;
  plan_.space.add_metadata(found);
  const u32 block = file.attributes.index_block;
  if (block > kMostIndexBlock)
    return add_issue(
        IssueKind::malformed, file,
        fmt::format("index blocks of {} bytes are impossible, {} at most expected: they were not "
                    "searched for deleted entries",
                    block, kMostIndexBlock));
  // Without this scope it counts as metadata: finding slack would take a read of every block.
  if (!scope_.slack || block < kUpdateStride) return;
  const std::optional<u16> id = ids.index.take(found.attribute);
  if (!id || !plan_.allowance.take(placed_bytes(found.extents))) return;
  std::optional<std::vector<std::byte>> bitmap;
  if (const auto kept = file.attributes.index_bitmaps.find(found.utf16_name);
      kept != file.attributes.index_bitmaps.end())
    bitmap = kept->second.read(*volume_.source, volume_.geometry, plan_.allowance);
  StreamRef of = identity(file, found, StreamKind::index_slack);
  of.id.attribute = *id;
  of.name = plan_.streams.keep_name(found.name);
  plan_.space.add_index(of, found, bitmap ? ByteView(*bitmap) : ByteView{}, block);
}

/// An attribute that is not $DATA is scanned if it is in scope. The account counts it in any case.
/// False if there is no id left for it.
bool StreamPlanner::add_attribute(const FileRecord& file, FoundStream&& found, FileStreamIds& ids) {
  const bool structural = found.type == static_cast<u32>(AttributeType::attribute_list) ||
                          found.type == static_cast<u32>(AttributeType::bitmap);
  if (!scope_.system || structural || found.encoding != Encoding::plain) {
    if (file.in_use) plan_.space.add_metadata(found);
    return true;
  }
  if (!file.in_use && !scope_.deleted) return true;
  const std::optional<u16> id = ids.attribute.take(found.attribute);
  if (!id) {
    if (file.in_use) plan_.space.add_metadata(found);
    return false;
  }
  found.attribute = *id;
  StreamRef stream = identity(file, found, StreamKind::attribute);
  stream.attribute_type = found.type;
  stream.size = found.size;
  stream.initialized = found.initialized;
  stream.resident = found.resident;
  stream.system = true;
  stream.name = plan_.streams.keep_name(attribute_name(found.type) +
                                        (found.name.empty() ? "" : ":" + found.name));
  const u32 number = plan_.streams.keep(stream, found.extents);
  plan_.space.add_planned(plan_.streams.streams()[number], number);
  if (file.in_use) plan_.space.add_metadata(found);
  return true;
}

void StreamPlanner::add_issue(IssueKind kind, const FileRecord& file, const std::string& message,
                              u64 bytes) {
  plan_.issues.push_back({.kind = kind,
                          .volume = volume_id_,
                          .record = file.record,
                          .path = std::nullopt,
                          .stream_name = std::nullopt,
                          .stage = "plan",
                          .message = fmt::format("MFT record {}: {}", file.record, message),
                          .bytes = bytes});
}

} // namespace coldsweep
