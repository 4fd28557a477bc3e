// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_plan.h"

#include "base/endian.h"
#include "base/text.h"
#include "filesystem/odd_names.h"
#include "filesystem/raw_space.h"
#include "filesystem/security.h"
#include "filesystem/stream_parts.h"
#include "filesystem/wof_storage.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kBitmapRecord = 6;
constexpr u64 kSecureRecord = 9;
constexpr u64 kMostSdsBytes = 64_MiB;
constexpr u32 kSecurityDescriptor = 0x50;

/// What the walk keeps of a base record until its extension records are known too.
struct PendingFile {
  u64 record = 0;
  MftRecord header; ///< attributes are cleared: their views don't outlive the walk
  std::vector<DataPart> parts;
  std::vector<FileName> names;
  std::optional<AttributeList> list;
  u16 list_id = 0;
  std::optional<WofReparse> wof;
};

struct Extension {
  u64 record = 0;
  FileReference base;
  bool in_use = false;
  std::vector<DataPart> parts;
  std::vector<FileName> names;
  std::optional<WofReparse> wof;
};

} // namespace

/// Two steps: the walk collects records; then files whose attributes are spread over records are assembled.
class PlanBuilder {
public:
  PlanBuilder(NtfsPlan& plan, const NtfsVolume& volume, u32 volume_id, const Scope& scope)
      : plan_(plan), volume_(volume), volume_id_(volume_id), scope_(scope) {}

  void build() {
    for (const std::string& problem : volume_.mft.problems())
      add_issue(IssueKind::malformed, std::nullopt, problem);
    volume_.mft.walk({[this](u64 record, MutableBytes bytes) { visit(record, bytes); },
                      [this](u64 first, u64 count, const std::string& why) {
                        note_unreadable(first, count, why);
                      }});
    flush_unreadable();
    assemble_pending();
    if (scope_.unallocated) add_unallocated();
    sort_by_place();
    name_issues();
  }

private:
  void visit(u64 number, MutableBytes bytes) {
    flush_unreadable();
    try {
      std::optional<MftRecord> record = parse_mft_record(bytes);
      if (!record) return;
      for (const std::string& problem : record->problems)
        add_issue(IssueKind::malformed, number, fmt::format("MFT record {}: {}", number, problem));
      if (record->base == FileReference{} || record->base.record == number)
        visit_base(number, *record);
      else
        visit_extension(number, *record);
    } catch (const Error& e) {
      add_issue(IssueKind::malformed, number, fmt::format("MFT record {}: {}", number, e.what()));
    }
  }

  void visit_base(u64 number, MftRecord& record) {
    PendingFile pending;
    pending.record = number;
    NtfsPlan::File file{number, {}, false, 0};
    for (const Attribute& a : record.attributes) {
      collect(a, number, record.fixup_offset, pending.parts, pending.names, pending.wof);
      if (a.is(AttributeType::standard_information)) read_standard_information(a, file);
      if (a.type == kSecurityDescriptor) read_own_descriptor(a, number);
      if (a.is(AttributeType::attribute_list)) {
        pending.list = parse_attribute_list(
            read_attribute(*volume_.source, volume_.geometry, a, kMostAttributeListBytes));
        pending.list_id = a.id;
      }
    }
    plan_.files_.push_back(file);
    record.attributes.clear();
    pending.header = std::move(record);
    if (pending.list)
      pending_.push_back(std::move(pending));
    else
      finish(pending);
  }

  void visit_extension(u64 number, const MftRecord& record) {
    Extension extension{number, record.base, record.in_use, {}, {}, {}};
    for (const Attribute& a : record.attributes)
      collect(a, number, record.fixup_offset, extension.parts, extension.names, extension.wof);
    extensions_.emplace(record.base.record, std::move(extension));
  }

  void collect(const Attribute& a, u64 record, u16 fixup_offset, std::vector<DataPart>& parts,
               std::vector<FileName>& names, std::optional<WofReparse>& wof) const {
    if (a.is(AttributeType::data)) parts.push_back(copy_data(a, record, fixup_offset));
    if (a.is(AttributeType::file_name) && a.resident)
      if (std::optional<FileName> name = parse_file_name(a.value))
        names.push_back(std::move(*name));
    if (a.is(AttributeType::reparse_point) && !wof)
      wof = parse_wof_reparse(
          read_attribute(*volume_.source, volume_.geometry, a, kMostWofReparseBytes));
  }

  static void read_standard_information(const Attribute& a, NtfsPlan::File& file) {
    if (a.value.size() < 32) return;
    file.si = {*little<u64>(a.value, 0), *little<u64>(a.value, 8), *little<u64>(a.value, 16),
               *little<u64>(a.value, 24)};
    file.has_si = true;
    file.security_id = little<u32>(a.value, 52).value_or(0); // NTFS 3.x only
  }

  void read_own_descriptor(const Attribute& a, u64 number) {
    const std::vector<std::byte> value =
        read_attribute(*volume_.source, volume_.geometry, a, 64_KiB);
    if (std::optional<std::string> owner = owner_of_descriptor(value))
      plan_.own_descriptors_.emplace(number, std::move(*owner));
  }

  void assemble_pending() {
    for (PendingFile& file : pending_) {
      add_extensions(file);
      finish(file);
    }
    for (const auto& [base, extension] : extensions_) {
      if (extension.in_use && !extension.parts.empty())
        add_issue(
            IssueKind::malformed, extension.record,
            fmt::format(
                "MFT record {} says it extends record {}, whose attribute list doesn't name it; "
                "its data is in no stream",
                extension.record, base));
    }
  }

  /// A list that can't be read in full, or whose clusters may be another's since the file was deleted, must not hide
  /// what the records themselves say.
  void add_extensions(PendingFile& file) {
    const AttributeList& list = *file.list;
    if (!list.problem.empty())
      add_issue(IssueKind::malformed, file.record,
                fmt::format("MFT record {}: {}", file.record, list.problem));
    std::set<u64> wanted;
    for (const AttributeListEntry& entry : list.entries)
      if (entry.where.record != file.record) wanted.insert(entry.where.record);

    auto [begin, end] = extensions_.equal_range(file.record);
    for (auto at = begin; at != end;) {
      Extension& extension = at->second;
      const bool listed =
          wanted.erase(extension.record) > 0 || !list.problem.empty() || !file.header.in_use;
      if (!listed || !belongs(extension, file)) {
        ++at;
        continue;
      }
      std::move(extension.parts.begin(), extension.parts.end(), std::back_inserter(file.parts));
      std::move(extension.names.begin(), extension.names.end(), std::back_inserter(file.names));
      if (!file.wof) file.wof = std::move(extension.wof);
      at = extensions_.erase(at);
    }
    if (file.header.in_use)
      for (const u64 record : wanted)
        add_issue(IssueKind::malformed, file.record,
                  fmt::format(
                      "MFT record {}: its attribute list names record {}, which does not extend it",
                      file.record, record));
  }

  static bool belongs(const Extension& extension, const PendingFile& file) {
    // Deleting raises the sequence number of the base record, not the reference to it.
    return extension.base.sequence == file.header.sequence ||
           (!file.header.in_use &&
            extension.base.sequence == static_cast<u16>(file.header.sequence - 1));
  }

  void finish(PendingFile& file) {
    const bool deleted = !file.header.in_use;
    std::vector<FoundStream> found =
        assemble_streams(file.record, std::move(file.parts), file.list ? &*file.list : nullptr,
                         file.list_id, volume_.mft, volume_.geometry);
    if (deleted ? scope_.deleted : scope_.allocated) add_odd_name(file);
    plan_.paths_.add(file.record, file.header.sequence, file.header.in_use, std::move(file.names));
    if (file.wof) store_in_wof(*file.wof, found);
    std::set<u16> ids;
    for (FoundStream& stream : found) {
      if (file.record == kSecureRecord && stream.name == "$SDS") load_owners(stream);
      if (file.record == kBitmapRecord && stream.name.empty())
        plan_.bitmap_ =
            ClusterBitmap::read(*volume_.source, volume_.geometry, stream.extents, stream.size);
      if (!(deleted ? scope_.deleted : scope_.allocated)) continue;
      if (!stream.name.empty() && !scope_.alternate_streams) continue;
      while (!ids.insert(stream.attribute).second) ++stream.attribute; // two of one id: damage
      add_stream(file, std::move(stream));
    }
  }

  void add_stream(const PendingFile& file, FoundStream&& found) {
    StreamRef stream;
    stream.id = {volume_id_, file.record, file.header.sequence, found.attribute, StreamKind::data};
    stream.size = found.size;
    stream.initialized = found.initialized;
    stream.encoding = found.encoding;
    stream.deleted = !file.header.in_use;
    stream.resident = found.resident;
    stream.compression_unit = found.compression_unit;
    stream.stored_attribute = found.stored_attribute;
    stream.stored_size = found.stored_size;
    stream.extents = plan_.extents_.emplace_back(std::move(found.extents));
    if (!found.name.empty()) stream.name = plan_.names_.emplace_back(std::move(found.name));
    if (!found.why_unread.empty())
      stream.why_unread = plan_.names_.emplace_back(std::move(found.why_unread));
    for (const std::string& problem : found.problems) {
      Issue issue{IssueKind::malformed,
                  volume_id_,
                  file.record,
                  std::nullopt,
                  std::string(stream.name),
                  "plan",
                  fmt::format("MFT record {}: {}", file.record, problem),
                  0};
      plan_.issues_.push_back(std::move(issue));
    }
    plan_.streams_.push_back(stream);
  }

  void add_odd_name(const PendingFile& file) {
    if (file.record == PathIndex::kRootRecord) return; // its name is a dot
    if (std::all_of(file.names.begin(), file.names.end(),
                    [](const FileName& name) { return odd_name(name.name).empty(); }))
      return;
    StreamRef name;
    name.id = {volume_id_, file.record, file.header.sequence, 0, StreamKind::name};
    name.deleted = !file.header.in_use;
    plan_.streams_.push_back(name);
  }

  void load_owners(const FoundStream& stream) {
    u64 stored = 0;
    for (const Extent& extent : stream.extents)
      stored += extent.kind == Extent::Kind::stored ? extent.length : 0;
    std::vector<std::byte> sds(std::min({stream.size, stored, kMostSdsBytes}));
    read_extents(*volume_.source, stream.extents, 0, sds);
    collect_owners(sds, plan_.owners_);
  }

  void add_unallocated() {
    if (!plan_.bitmap_.problem().empty())
      add_issue(IssueKind::malformed, kBitmapRecord,
                fmt::format("{}: clusters that it doesn't tell of are scanned as unallocated",
                            plan_.bitmap_.problem()));
    for (RawChunk& chunk :
         cut_raw_space(plan_.bitmap_.free_runs(), volume_.geometry.cluster_size)) {
      StreamRef stream;
      stream.id = {volume_id_, kNoRecord + chunk.first_cluster, 0, 0, StreamKind::unallocated};
      stream.size = stream.initialized = chunk.size;
      stream.shared_tail = chunk.shared_tail;
      stream.extents = plan_.extents_.emplace_back(std::move(chunk.extents));
      stream.deleted = true;
      plan_.streams_.push_back(stream);
    }
  }

  void sort_by_place() {
    const auto place = [](const StreamRef& stream) {
      for (const Extent& extent : stream.extents)
        if (extent.kind == Extent::Kind::stored) return extent.source_offset;
      return std::numeric_limits<u64>::max();
    };
    std::vector<std::pair<u64, std::size_t>> order;
    order.reserve(plan_.streams_.size());
    for (std::size_t i = 0; i < plan_.streams_.size(); ++i)
      order.emplace_back(place(plan_.streams_[i]), i);
    std::sort(order.begin(), order.end());
    std::vector<StreamRef> sorted;
    sorted.reserve(order.size());
    for (const auto& [offset, index] : order) sorted.push_back(plan_.streams_[index]);
    plan_.streams_ = std::move(sorted);
  }

  void name_issues() {
    for (Issue& issue : plan_.issues_)
      if (issue.record && issue.stream_name) issue.path = plan_.path(*issue.record);
  }

  void add_issue(IssueKind kind, std::optional<u64> record, std::string message, u64 bytes = 0) {
    plan_.issues_.push_back(
        {kind, volume_id_, record, std::nullopt, std::nullopt, "plan", std::move(message), bytes});
  }

  // An image cut off in its MFT loses many records in a row: one issue.
  void note_unreadable(u64 first, u64 count, const std::string& why) {
    if (unreadable_count_ > 0 && unreadable_first_ + unreadable_count_ != first) flush_unreadable();
    if (unreadable_count_ == 0) {
      unreadable_first_ = first;
      unreadable_why_ = why;
    }
    unreadable_count_ += count;
  }

  void flush_unreadable() {
    if (unreadable_count_ == 0) return;
    add_issue(IssueKind::unreadable, unreadable_first_,
              fmt::format("MFT records {}-{} can't be read: {}", unreadable_first_,
                          unreadable_first_ + unreadable_count_ - 1, unreadable_why_),
              unreadable_count_ * volume_.geometry.record_size);
    unreadable_count_ = 0;
  }

  NtfsPlan& plan_;
  const NtfsVolume& volume_;
  u32 volume_id_;
  Scope scope_;
  std::vector<PendingFile> pending_;
  std::unordered_multimap<u64, Extension> extensions_; ///< by the record they extend
  u64 unreadable_first_ = 0, unreadable_count_ = 0;
  std::string unreadable_why_;
};

NtfsPlan NtfsPlan::make(const NtfsVolume& volume, u32 volume_id, const Scope& scope) {
  NtfsPlan plan;
  plan.cluster_size_ = volume.geometry.cluster_size;
  plan.bitmap_ = ClusterBitmap(volume.geometry);
  PlanBuilder(plan, volume, volume_id, scope).build();
  return plan;
}

const NtfsPlan::File* NtfsPlan::file(u64 record) const {
  const auto found = std::lower_bound(files_.begin(), files_.end(), record,
                                      [](const File& f, u64 wanted) { return f.record < wanted; });
  return found != files_.end() && found->record == record ? &*found : nullptr;
}

std::string NtfsPlan::path(u64 record) const { return paths_.paths(record).front().path; }

std::optional<Overwritten> NtfsPlan::overwritten(const StreamRef& stream) const {
  if (!stream.deleted || stream.resident || is_raw(stream.id.kind) || !bitmap_.problem().empty())
    return std::nullopt;
  Overwritten found;
  for (const Extent& extent : stream.extents) {
    if (extent.kind != Extent::Kind::stored || extent.length == 0) continue;
    const u64 first = extent.source_offset / cluster_size_;
    const u64 last = (extent.source_offset + extent.length - 1) / cluster_size_;
    for (u64 cluster = first; cluster <= last; ++cluster) {
      ++found.of;
      found.clusters += bitmap_.in_use(cluster) ? 1 : 0;
    }
  }
  if (found.of == 0) return std::nullopt;
  return found;
}

StreamDescription NtfsPlan::describe(const StreamRef& stream) const {
  StreamDescription description;
  if (stream.id.record >= kNoRecord) {
    description.path = fmt::format("/$Unallocated/cluster-{}", stream.id.record - kNoRecord);
    return description;
  }
  description.short_name = paths_.short_name(stream.id.record);
  std::vector<PathAndTimes> paths = paths_.paths(stream.id.record);
  description.path = paths.front().path;
  description.fn = paths.front().times;
  description.path_source = paths.front().source;
  for (std::size_t i = 1; i < paths.size(); ++i)
    description.links.push_back(std::move(paths[i].path));
  std::sort(description.links.begin(), description.links.end());

  const File* of = file(stream.id.record);
  if (of == nullptr) return description;
  if (of->has_si) description.si = of->si;
  if (const auto own = own_descriptors_.find(of->record); own != own_descriptors_.end())
    description.owner_sid = own->second;
  else if (const auto owner = owners_.find(of->security_id);
           of->security_id != 0 && owner != owners_.end())
    description.owner_sid = owner->second;
  return description;
}

} // namespace coldsweep
