// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_plan.h"

#include "base/endian.h"
#include "base/text.h"
#include "filesystem/lost_name_search.h"
#include "filesystem/place_order.h"
#include "filesystem/record_attributes.h"
#include "filesystem/security.h"
#include "filesystem/space_planner.h"
#include "filesystem/suspicious_names.h"
#include "filesystem/system_streams.h"
#include "filesystem/wof_storage.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kLogFileRecord = 2;
constexpr u64 kBitmapRecord = 6;
constexpr u64 kBadClustersRecord = 8;
constexpr u64 kSecureRecord = 9;
constexpr u64 kMostSdsBytes = 64_MiB;
constexpr u32 kSecurityDescriptor = 0x50;
/// Records that room is kept for from the start, however many there are said to be: memory that is not touched is none.
constexpr u64 kMostExpected = 2'000'000;

/// What the walk keeps of a base record until its extension records are known too.
struct PendingFile {
  u64 record = 0;
  u16 sequence = 0;
  bool in_use = false, directory = false;
  RecordAttributes attributes;
  std::optional<AttributeList> list;
  u16 list_id = 0;
};

struct Extension {
  u64 record = 0;
  FileReference base;
  bool in_use = false;
  RecordAttributes attributes;
};

} // namespace

/// Two steps: the walk collects records; then files whose attributes are spread over records are assembled.
class PlanBuilder {
public:
  PlanBuilder(NtfsPlan& plan, const NtfsVolume& volume, u32 volume_id, const Scope& scope)
      : plan_(plan), volume_(volume), volume_id_(volume_id), scope_(scope),
        space_(volume, scope, [this](StreamRef stream, std::vector<Extent>&& extents) {
          return keep(stream, std::move(extents));
        }) {}

  /// `ahead`: with a second thread.
  void build(bool ahead) {
    for (const std::string& problem : volume_.mft.problems())
      add_issue(IssueKind::malformed, std::nullopt, problem);
    const u64 records = std::min(volume_.mft.record_count(), kMostExpected);
    plan_.files_.reserve(records);
    plan_.streams_.reserve(records);
    plan_.paths_.reserve(records);
    space_.reserve(records);
    volume_.mft.walk({[this](Mft::Walked& walked) { visit(walked); },
                      [this](u64 first, u64 count, const std::string& why) {
                        note_unreadable(first, count, why);
                      }},
                     ahead);
    flush_unreadable();
    assemble_pending();
    lost_names_.index_slack = space_.take_lost_names();
    find_lost_names(*volume_.source, std::move(lost_names_), plan_.paths_);
    const auto by_record = [](const NtfsPlan::File& a, const NtfsPlan::File& b) {
      return a.record < b.record;
    };
    if (!std::is_sorted(plan_.files_.begin(), plan_.files_.end(), by_record)) // recovered ones
      std::stable_sort(plan_.files_.begin(), plan_.files_.end(), by_record);
    add_rest();
    sort_by_place(plan_.streams_);
    name_issues();
  }

private:
  void visit(Mft::Walked& walked) {
    const u64 number = walked.number;
    const std::optional<MftRecord>& record = walked.record;
    flush_unreadable();
    if (!walked.problem.empty())
      add_issue(IssueKind::malformed, number,
                fmt::format("MFT record {}: {}", number, walked.problem));
    space_.add_record(walked);
    if (!record) return;
    try {
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

  void visit_base(u64 number, const MftRecord& record) {
    PendingFile pending;
    pending.record = number;
    pending.sequence = record.sequence;
    pending.in_use = record.in_use;
    pending.directory = record.directory;
    NtfsPlan::File file;
    file.record = number;
    for (const Attribute& a : record.attributes) {
      pending.attributes.add(a, number, record.fixup_offset, volume_, scope_);
      if (a.is(AttributeType::standard_information)) read_standard_information(a, file);
      if (a.type == kSecurityDescriptor) file.own_owner = owner_in(a);
      if (a.is(AttributeType::attribute_list)) {
        pending.list = parse_attribute_list(
            read_attribute(*volume_.source, volume_.geometry, a, kMostAttributeListBytes));
        pending.list_id = a.id;
      }
    }
    plan_.files_.push_back(file);
    if (pending.list)
      pending_.push_back(std::move(pending));
    else
      finish(pending);
  }

  void visit_extension(u64 number, const MftRecord& record) {
    Extension extension{number, record.base, record.in_use, {}};
    for (const Attribute& a : record.attributes)
      extension.attributes.add(a, number, record.fixup_offset, volume_, scope_);
    extensions_.emplace(record.base.record, std::move(extension));
  }

  static void read_standard_information(const Attribute& a, NtfsPlan::File& file) {
    if (a.value.size() < 32) return;
    file.si = {*little<u64>(a.value, 0), *little<u64>(a.value, 8), *little<u64>(a.value, 16),
               *little<u64>(a.value, 24)};
    file.has_si = true;
    file.security_id = little<u32>(a.value, 52).value_or(0); // NTFS 3.x only
  }

  /// Most have the same as the one before.
  const std::string* owner_in(const Attribute& a) {
    std::vector<std::byte> value = read_attribute(*volume_.source, volume_.geometry, a, 64_KiB);
    if (value == last_descriptor_) return last_owner_;
    last_owner_ = nullptr;
    if (std::optional<std::string> owner = owner_of_descriptor(value))
      last_owner_ = &*plan_.own_owners_.insert(std::move(*owner)).first;
    last_descriptor_ = std::move(value);
    return last_owner_;
  }

  void assemble_pending() {
    for (PendingFile& file : pending_) {
      add_extensions(file);
      finish(file);
    }
    for (const auto& [base, extension] : extensions_) {
      if (extension.in_use && !extension.attributes.data.empty())
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
          wanted.erase(extension.record) > 0 || !list.problem.empty() || !file.in_use;
      if (!listed || !belongs(extension, file)) {
        ++at;
        continue;
      }
      file.attributes.take(std::move(extension.attributes));
      at = extensions_.erase(at);
    }
    if (file.in_use)
      for (const u64 record : wanted)
        add_issue(IssueKind::malformed, file.record,
                  fmt::format(
                      "MFT record {}: its attribute list names record {}, which does not extend it",
                      file.record, record));
  }

  static bool belongs(const Extension& extension, const PendingFile& file) {
    // Deleting raises the sequence number of the base record, not the reference to it.
    return extension.base.sequence == file.sequence ||
           (!file.in_use && extension.base.sequence == static_cast<u16>(file.sequence - 1));
  }

  void finish(PendingFile& file) {
    const bool deleted = !file.in_use;
    RecordAttributes& of = file.attributes;
    const AttributeList* list = file.list ? &*file.list : nullptr;
    std::vector<FoundStream> found = assemble_streams(file.record, std::move(of.data), list,
                                                      file.list_id, volume_.mft, volume_.geometry);
    std::vector<FoundStream> others = assemble_streams(file.record, std::move(of.others), list,
                                                       file.list_id, volume_.mft, volume_.geometry);
    if (deleted ? scope_.deleted : scope_.allocated) add_suspicious_name(file);
    if (file.directory) system_.add_folder(file.record, of.names);
    std::vector<bool> system;
    for (const FoundStream& stream : found)
      system.push_back(system_.holds(file.record, of.names, stream.name, stream.size));
    plan_.paths_.add(file.record, file.sequence, file.in_use, std::move(of.names));
    if (!deleted)
      for (const FoundStream& stream : found) add_behind(file, stream);
    if (of.wof) store_in_wof(*of.wof, found);
    system.resize(found.size());
    std::set<u16> ids;
    for (std::size_t i = 0; i < found.size(); ++i) {
      FoundStream& stream = found[i];
      if (file.record == kSecureRecord && stream.name == "$SDS") load_owners(stream);
      if (system[i] && stream.name == "$J") lost_names_.change_journal = stream.extents;
      if (file.record == kLogFileRecord && stream.name.empty())
        lost_names_.log_file = stream.extents;
      if (file.record == kBitmapRecord && stream.name.empty())
        plan_.bitmap_ =
            ClusterBitmap::read(*volume_.source, volume_.geometry, stream.extents, stream.size);
      if (const char* what = not_in_scope(file, stream, system[i])) {
        const bool is_table = file.record == 0 && stream.name.empty();
        if (!deleted && !is_table && stream.name != "$Bad") space_.add_unplanned(stream, what);
        continue;
      }
      while (!ids.insert(stream.attribute).second) ++stream.attribute; // two of one id: damage
      add_stream(file, std::move(stream), system[i]);
    }
    ids.clear();
    for (FoundStream& attribute : others) add_attribute(file, std::move(attribute), ids);
  }

  /// What must be in scope for the stream to be scanned, and isn't; null when it is.
  const char* not_in_scope(const PendingFile& file, const FoundStream& stream, bool system) const {
    if (system && !scope_.system) return "system";
    if (!file.in_use && !scope_.deleted) return "deleted";
    if (file.in_use && !scope_.allocated && !system) return "allocated";
    if (!stream.name.empty() && !scope_.alternate_streams && !system) return "ads";
    return nullptr;
  }

  StreamRef identity(const PendingFile& file, const FoundStream& found, StreamKind kind) const {
    StreamRef stream;
    stream.id = {volume_id_, file.record, file.sequence, found.attribute, kind};
    stream.deleted = !file.in_use;
    stream.recovered = volume_.mft.is_recovered(file.record);
    return stream;
  }

  void add_behind(const PendingFile& file, const FoundStream& found) {
    StreamRef of = identity(file, found, StreamKind::slack);
    if (file.record == kBadClustersRecord) return;
    if (!found.name.empty()) of.name = plan_.names_.emplace_back(found.name);
    space_.add_behind(of, found);
  }

  /// One that is not $DATA: searched where it is in scope, and in any case in the account.
  void add_attribute(const PendingFile& file, FoundStream&& found, std::set<u16>& ids) {
    if (found.type == static_cast<u32>(AttributeType::index_allocation)) {
      if (!file.in_use) return;
      const auto bitmap = file.attributes.index_bitmaps.find(found.utf16_name);
      StreamRef of = identity(file, found, StreamKind::index_slack);
      of.name = plan_.names_.emplace_back(found.name);
      return space_.add_index(
          of, found,
          bitmap == file.attributes.index_bitmaps.end() ? ByteView{} : ByteView(bitmap->second),
          file.attributes.index_block);
    }
    const bool structural = found.type == static_cast<u32>(AttributeType::attribute_list) ||
                            found.type == static_cast<u32>(AttributeType::bitmap);
    if (!scope_.system || structural || found.encoding != Encoding::plain) {
      if (file.in_use) space_.add_metadata(found);
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
    stream.name = plan_.names_.emplace_back(attribute_name(found.type) +
                                            (found.name.empty() ? "" : ":" + found.name));
    const u32 number = keep(stream, std::move(found.extents));
    space_.add_planned(plan_.streams_[number], number);
    if (file.in_use) space_.add_metadata(found);
  }

  u32 keep(StreamRef stream, std::vector<Extent>&& extents) {
    stream.id.volume = volume_id_;
    stream.extents = plan_.extents_.keep(extents);
    plan_.streams_.push_back(stream);
    return static_cast<u32>(plan_.streams_.size() - 1);
  }

  void add_stream(const PendingFile& file, FoundStream&& found, bool system) {
    StreamRef stream = identity(file, found, StreamKind::data);
    stream.size = found.size;
    stream.initialized = found.initialized;
    stream.encoding = found.encoding;
    stream.resident = found.resident;
    stream.compression_unit = found.compression_unit;
    stream.stored_attribute = found.stored_attribute;
    stream.stored_size = found.stored_size;
    stream.system = system;
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
    const u32 number = keep(stream, std::move(found.extents));
    if (file.record != kBadClustersRecord) space_.add_planned(plan_.streams_[number], number);
  }

  void add_suspicious_name(const PendingFile& file) {
    if (file.record == PathIndex::kRootRecord) return; // its name is a dot
    if (std::all_of(file.attributes.names.begin(), file.attributes.names.end(),
                    [](const FileName& name) { return suspicious_name(name.name).empty(); }))
      return;
    StreamRef name;
    name.id = {volume_id_, file.record, file.sequence, 0, StreamKind::name};
    name.deleted = !file.in_use;
    name.resident = true;
    name.extents =
        plan_.extents_.keep(volume_.mft.place(file.record, 0, volume_.geometry.record_size));
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

  void add_rest() {
    if (!plan_.bitmap_.problem().empty())
      add_issue(IssueKind::malformed, kBitmapRecord,
                fmt::format("{}: clusters that it doesn't tell of count as free, and it isn't said "
                            "how much of a deleted file was given to others",
                            plan_.bitmap_.problem()));
    space_.add_rest(plan_.bitmap_, volume_id_);
    SpacePlanner::Settled settled = space_.settle(static_cast<u32>(plan_.streams_.size()));
    for (std::size_t i = 0; i < settled.owned.size(); ++i)
      plan_.streams_[i].owned = settled.owned[i];
    plan_.rest_ = std::move(settled.rest);
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
  SpacePlanner space_;
  SystemStreams system_;
  LostNamePlaces lost_names_;
  std::vector<std::byte> last_descriptor_;
  const std::string* last_owner_ = nullptr;
  u64 unreadable_first_ = 0, unreadable_count_ = 0;
  std::string unreadable_why_;
};

NtfsPlan NtfsPlan::make(const NtfsVolume& volume, u32 volume_id, const Scope& scope, bool ahead) {
  NtfsPlan plan;
  plan.cluster_size_ = volume.geometry.cluster_size;
  plan.bitmap_ = ClusterBitmap(volume.geometry);
  PlanBuilder(plan, volume, volume_id, scope).build(ahead);
  return plan;
}

} // namespace coldsweep
