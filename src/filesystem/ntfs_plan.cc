// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_plan.h"

#include "base/endian.h"
#include "base/error.h"
#include "filesystem/file_records.h"
#include "filesystem/lost_name_search.h"
#include "filesystem/place_order.h"
#include "filesystem/security.h"
#include "filesystem/space_planner.h"
#include "filesystem/stream_planner.h"
#include "filesystem/system_streams.h"
#include "filesystem/wof_storage.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kLogFileRecord = 2;
constexpr u64 kBitmapRecord = 6;
constexpr u64 kSecureRecord = 9;
constexpr u64 kMostSdsBytes = 64_MiB;
constexpr u32 kSecurityDescriptor = 0x50;
/// Memory is reserved for at most this many records, whatever their claimed number. Pages that are
/// never touched cost nothing.
constexpr u64 kMostExpected = 2'000'000;

} // namespace

/// Two steps: the walk plans files that are in one record; then come those that are spread over
/// several.
class PlanBuilder {
public:
  PlanBuilder(NtfsPlan& plan, const NtfsVolume& volume, u32 volume_id, const Scope& scope)
      : plan_(plan), volume_(volume), volume_id_(volume_id),
        space_(volume, scope,
               [this](StreamRef stream, std::vector<Extent>&& extents) {
                 stream.id.volume = volume_id_;
                 return plan_.streams_.keep(stream, extents);
               }),
        streams_(volume, volume_id, scope, {plan.streams_, space_, plan.issues_}),
        records_(
            volume, scope, [this](FileRecord& file) { plan_file(file); },
            [this](u64 record, std::string what) {
              add_issue(IssueKind::malformed, record, std::move(what));
            }) {}

  /// `ahead`: see NtfsPlan::make().
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
    records_.finish();
    lost_names_.index_slack = space_.take_lost_names();
    find_lost_names(*volume_.source, std::move(lost_names_), plan_.paths_);
    const auto by_record = [](const NtfsPlan::File& a, const NtfsPlan::File& b) {
      return a.record < b.record;
    };
    if (!std::is_sorted(plan_.files_.begin(), plan_.files_.end(), by_record)) // some were recovered
      std::stable_sort(plan_.files_.begin(), plan_.files_.end(), by_record);
    add_rest();
    sort_by_place(plan_.streams_.streams());
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
        records_.add_extension(number, *record);
    } catch (const Error& e) {
      add_issue(IssueKind::malformed, number, fmt::format("MFT record {}: {}", number, e.what()));
    }
  }

  void visit_base(u64 number, const MftRecord& record) {
    FileRecord base = records_.read_base(number, record);
    NtfsPlan::File file;
    file.record = number;
    for (const Attribute& a : record.attributes) {
      if (a.is(AttributeType::standard_information)) read_standard_information(a, file);
      if (a.type == kSecurityDescriptor) file.own_owner = owner_in(a);
    }
    plan_.files_.push_back(file);
    records_.add_base(std::move(base));
  }

  static void read_standard_information(const Attribute& a, NtfsPlan::File& file) {
    if (a.value.size() < 32) return;
    file.si = {*little<u64>(a.value, 0), *little<u64>(a.value, 8), *little<u64>(a.value, 16),
               *little<u64>(a.value, 24)};
    file.has_si = true;
    file.security_id = little<u32>(a.value, 52).value_or(0); // NTFS 3.x only
  }

  /// Most descriptors are the same as the one before.
  const std::string* owner_in(const Attribute& a) {
    std::vector<std::byte> value = read_attribute(*volume_.source, volume_.geometry, a, 64_KiB);
    if (value == last_descriptor_) return last_owner_;
    last_owner_ = nullptr;
    if (std::optional<std::string> owner = owner_of_descriptor(value))
      last_owner_ = &*plan_.own_owners_.insert(std::move(*owner)).first;
    last_descriptor_ = std::move(value);
    return last_owner_;
  }

  /// Plans a file once all of its records are known.
  void plan_file(FileRecord& file) {
    RecordAttributes& of = file.attributes;
    std::vector<FoundStream> data = assemble(file, std::move(of.data));
    std::vector<FoundStream> others = assemble(file, std::move(of.others));
    streams_.add_name(file);
    if (file.directory) system_.add_folder(file.record, of.names);
    for (FoundStream& stream : data)
      stream.system = system_.holds(file.record, of.names, stream.name, stream.size);
    plan_.paths_.add(file.record, file.sequence, file.in_use, std::move(of.names));
    if (file.in_use)
      for (const FoundStream& stream : data) streams_.add_behind(file, stream);
    if (of.wof) store_in_wof(*of.wof, data);
    for (const FoundStream& stream : data) note_metadata(file, stream);
    streams_.add_data(file, std::move(data));
    streams_.add_others(file, std::move(others));
  }

  std::vector<FoundStream> assemble(const FileRecord& file,
                                    std::vector<CopiedAttribute>&& attributes) const {
    return assemble_streams(file.record, std::move(attributes), file.list ? &*file.list : nullptr,
                            file.list_id, volume_.mft, volume_.geometry);
  }

  /// Notes the file system's own streams that the plan itself needs.
  void note_metadata(const FileRecord& file, const FoundStream& stream) {
    if (file.record == kSecureRecord && stream.name == "$SDS") load_owners(stream);
    if (stream.system && stream.name == "$J") lost_names_.change_journal = stream.extents;
    if (file.record == kLogFileRecord && stream.name.empty()) lost_names_.log_file = stream.extents;
    if (file.record == kBitmapRecord && stream.name.empty())
      plan_.bitmap_ =
          ClusterBitmap::read(*volume_.source, volume_.geometry, stream.extents, stream.size);
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
    SpacePlanner::Settled settled =
        space_.settle(static_cast<u32>(plan_.streams_.streams().size()));
    for (std::size_t i = 0; i < settled.owned.size(); ++i)
      plan_.streams_.streams()[i].owned = settled.owned[i];
    plan_.rest_ = std::move(settled.rest);
  }

  void name_issues() {
    for (Issue& issue : plan_.issues_)
      if (issue.record && issue.stream_name) issue.path = plan_.path(*issue.record);
  }

  void add_issue(IssueKind kind, std::optional<u64> record, std::string message, u64 bytes = 0) {
    plan_.issues_.push_back({.kind = kind,
                             .volume = volume_id_,
                             .record = record,
                             .path = std::nullopt,
                             .stream_name = std::nullopt,
                             .stage = "plan",
                             .message = std::move(message),
                             .bytes = bytes});
  }

  // An image that is cut off in its MFT loses many records in a row: this gives one issue.
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
  SpacePlanner space_;
  StreamPlanner streams_;
  FileRecords records_;
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
