// SPDX-License-Identifier: Apache-2.0
#include "filesystem/stream_planner.h"

#include "filesystem/suspicious_names.h"
#include "filesystem/system_streams.h"

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

void StreamPlanner::add_behind(const FileRecord& file, const FoundStream& found) {
  if (file.record == kBadClustersRecord) return;
  StreamRef of = identity(file, found, StreamKind::slack);
  if (!found.name.empty()) of.name = plan_.streams.keep_name(found.name);
  plan_.space.add_behind(of, found);
}

void StreamPlanner::add_data(const FileRecord& file, std::vector<FoundStream>&& streams) {
  std::set<u16> ids;
  for (FoundStream& stream : streams) {
    if (const char* what = not_in_scope(file, stream)) {
      const bool is_table = file.record == 0 && stream.name.empty();
      if (file.in_use && !is_table && stream.name != "$Bad")
        plan_.space.add_unplanned(stream, what);
      continue;
    }
    while (!ids.insert(stream.attribute).second) ++stream.attribute; // two with the same id: damage
    add_stream(file, std::move(stream));
  }
}

void StreamPlanner::add_others(const FileRecord& file, std::vector<FoundStream>&& attributes) {
  std::set<u16> ids;
  for (FoundStream& attribute : attributes) {
    if (attribute.type == static_cast<u32>(AttributeType::index_allocation))
      add_index(file, attribute);
    else
      add_attribute(file, std::move(attribute), ids);
  }
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
    plan_.issues.push_back({.kind = IssueKind::malformed,
                            .volume = volume_id_,
                            .record = file.record,
                            .path = std::nullopt,
                            .stream_name = std::string(stream.name),
                            .stage = "plan",
                            .message = fmt::format("MFT record {}: {}", file.record, problem),
                            .bytes = 0});
  }
  const u32 number = plan_.streams.keep(stream, found.extents);
  if (file.record != kBadClustersRecord)
    plan_.space.add_planned(plan_.streams.streams()[number], number);
}

void StreamPlanner::add_index(const FileRecord& file, const FoundStream& found) {
  if (!file.in_use) return;
  const auto bitmap = file.attributes.index_bitmaps.find(found.utf16_name);
  StreamRef of = identity(file, found, StreamKind::index_slack);
  of.name = plan_.streams.keep_name(found.name);
  plan_.space.add_index(of, found,
                        bitmap == file.attributes.index_bitmaps.end() ? ByteView{}
                                                                      : ByteView(bitmap->second),
                        file.attributes.index_block);
}

/// An attribute that is not $DATA is scanned if it is in scope. The account counts it in any case.
void StreamPlanner::add_attribute(const FileRecord& file, FoundStream&& found, std::set<u16>& ids) {
  const bool structural = found.type == static_cast<u32>(AttributeType::attribute_list) ||
                          found.type == static_cast<u32>(AttributeType::bitmap);
  if (!scope_.system || structural || found.encoding != Encoding::plain) {
    if (file.in_use) plan_.space.add_metadata(found);
    return;
  }
  if (!file.in_use && !scope_.deleted) return;
  while (!ids.insert(found.attribute).second) ++found.attribute;
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
}

} // namespace coldsweep
