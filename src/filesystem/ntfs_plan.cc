// SPDX-License-Identifier: Apache-2.0
#include "filesystem/ntfs_plan.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"
#include "filesystem/file_records.h"
#include "filesystem/lost_name_search.h"
#include "filesystem/place_order.h"
#include "filesystem/placeholders.h"
#include "filesystem/plan_issues.h"
#include "filesystem/read_limit.h"
#include "filesystem/security.h"
#include "filesystem/space_planner.h"
#include "filesystem/stream_planner.h"
#include "filesystem/system_streams.h"
#include "filesystem/wof_storage.h"

#include <algorithm>
#include <functional>
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
constexpr u64 kMostPathText = 64_MiB; // in issues of the plan
constexpr std::size_t kMostNamedPast = 1000;

} // namespace

/// Two steps: the walk plans files that are in one record; then come those that are spread over
/// several.
class PlanBuilder {
public:
  PlanBuilder(NtfsPlan& plan, const NtfsVolume& volume, u32 volume_id, const Scope& scope,
              const Planning& how)
      : plan_(plan), volume_(volume), volume_id_(volume_id), how_(how),
        issues_(plan.issues_, volume_id, volume.geometry.record_size),
        space_(volume, scope,
               [this](StreamRef stream, std::vector<Extent>&& extents) {
                 check_stop();
                 stream.id.volume = volume_id_;
                 return plan_.streams_.keep(stream, extents);
               }),
        stored_(stored_size(*volume.source)), allowance_(stored_),
        streams_(volume, volume_id, scope, {plan.streams_, space_, plan.issues_, allowance_}),
        records_(
            volume, scope, allowance_, [this](FileRecord& file) { plan_file(file); },
            [this](u64 record, std::string what) {
              issues_.add(IssueKind::malformed, record, std::move(what));
            }) {}

  void build() {
    for (const std::string& problem : volume_.mft.problems())
      issues_.add(IssueKind::malformed, std::nullopt, problem);
    const u64 records = std::min(volume_.mft.record_count(), kMostExpected);
    plan_.files_.reserve(records);
    plan_.streams_.reserve(records);
    plan_.paths_.reserve(records);
    space_.reserve(records);
    volume_.mft.walk(
        {[this](Mft::Walked& walked) { guarded(walked.number, [&] { visit(walked); }); },
         [this](u64 first, u64 count, const std::string& why) {
           check_stop();
           issues_.note_unreadable(first, count, why);
         }},
        how_.ahead);
    issues_.flush_unreadable();
    records_.finish([this](u64 record, const auto& work) { guarded(record, work); });
    lost_names_.index_slack = space_.take_lost_names();
    guarded(std::nullopt,
            [&] { find_lost_names(*volume_.source, std::move(lost_names_), plan_.paths_); });
    const auto by_record = [](const NtfsPlan::File& a, const NtfsPlan::File& b) {
      return a.record < b.record;
    };
    if (!std::is_sorted(plan_.files_.begin(), plan_.files_.end(), by_record)) // some were recovered
      std::stable_sort(plan_.files_.begin(), plan_.files_.end(), by_record);
    add_rest();
    limit_reads();
    sort_by_place(plan_.streams_.streams());
    report_limits();
    name_issues();
  }

private:
  void check_stop() const {
    if (how_.stop != nullptr) how_.stop->check();
  }

  /// Whatever goes wrong with one record ends with it.
  void guarded(std::optional<u64> record, const std::function<void()>& work) {
    check_stop();
    try {
      work();
    } catch (const Stopped&) {
      throw;
    } catch (const std::exception& e) {
      const bool damage = dynamic_cast<const Error*>(&e) != nullptr;
      issues_.add(damage ? IssueKind::malformed : IssueKind::crashed, record,
                  fmt::format("{}: {}{}",
                              record ? fmt::format("MFT record {}", *record) : "lost names",
                              damage ? "" : "planning failed: ", e.what()));
    }
  }

  void visit(Mft::Walked& walked) {
    const u64 number = walked.number;
    const std::optional<MftRecord>& record = walked.record;
    issues_.flush_unreadable();
    if (!walked.problem.empty() && number < volume_.mft.initialized_records())
      issues_.add(IssueKind::malformed, number,
                  fmt::format("MFT record {}: {}", number, walked.problem));
    space_.add_record(walked);
    if (!record) return;
    for (const std::string& problem : record->problems)
      issues_.add(IssueKind::malformed, number, fmt::format("MFT record {}: {}", number, problem));
    if (record->base == FileReference{} || record->base.record == number)
      visit_base(number, *record);
    else
      records_.add_extension(number, *record);
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
    std::optional<std::vector<std::byte>> value =
        KeptValue(a, 64_KiB).read(*volume_.source, volume_.geometry, allowance_);
    if (!value) return nullptr;
    if (*value == last_descriptor_) return last_owner_;
    last_owner_ = nullptr;
    if (std::optional<std::string> owner = owner_of_descriptor(*value))
      last_owner_ = &*plan_.own_owners_.insert(std::move(*owner)).first;
    last_descriptor_ = std::move(*value);
    return last_owner_;
  }

  /// Plans a file once all of its records are known.
  void plan_file(FileRecord& file) {
    RecordAttributes& of = file.attributes;
    std::vector<FoundStream> data = assemble(file, std::move(of.data));
    std::vector<FoundStream> others = assemble(file, std::move(of.others));
    streams_.add_name(file);
    if (file.directory) system_.add_folder(file.record, of.names);
    const SystemStreams::File kind = system_.of(file.record, of.names);
    for (FoundStream& stream : data) stream.system = kind.holds(stream.name, stream.size);
    if (const u64 left_out =
            plan_.paths_.add(file.record, file.sequence, file.in_use, std::move(of.names));
        left_out > 0)
      issues_.add(IssueKind::over_limit, file.record,
                  fmt::format("MFT record {}: {} names past the first {} were left out",
                              file.record, left_out, PathIndex::kMostNames));
    FileStreamIds ids;
    if (file.in_use)
      for (const FoundStream& stream : data) streams_.add_behind(file, stream, ids);
    if (of.wof)
      store_in_wof(*of.wof, data);
    else if (of.reparse_tag)
      mark_placeholder(*of.reparse_tag, data);
    for (const FoundStream& stream : data) note_metadata(file, stream);
    streams_.add_data(file, std::move(data), ids);
    streams_.add_others(file, std::move(others), ids);
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
      issues_.add(
          IssueKind::malformed, kBitmapRecord,
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

  /// Streams that would be read again and again are left out, and their bytes skipped.
  void limit_reads() {
    LargeVector<StreamRef>& streams = plan_.streams_.streams();
    const std::vector<u32> past = past_read_limit(streams, stored_);
    if (past.empty()) return;
    u64 bytes = 0;
    for (std::size_t i = 0; i < past.size(); ++i) {
      const StreamRef& stream = streams[past[i]];
      const u64 placed = placed_bytes(stream.extents);
      plan_.rest_.skip("over_limit", stream.owned);
      if (i < kMostNamedPast)
        issues_.add_of_stream(IssueKind::over_limit, stream,
                              fmt::format("{} bytes were not scanned: streams that claim the same "
                                          "clusters are together too long",
                                          stream.size),
                              std::max<u64>(placed, 1));
      else
        bytes = saturating_add(bytes, placed);
    }
    if (past.size() > kMostNamedPast)
      issues_.add(IssueKind::over_limit, std::nullopt,
                  fmt::format("{} more streams that claim the same clusters as others were not "
                              "scanned",
                              past.size() - kMostNamedPast),
                  std::max<u64>(bytes, 1));
    u32 kept = 0;
    auto next = past.begin();
    for (u32 number = 0; number < streams.size(); ++number) {
      if (next != past.end() && *next == number)
        ++next;
      else
        streams[kept++] = streams[number];
    }
    streams.resize(kept);
  }

  /// What the limits on reads and on paths leave out, in one issue for the volume each.
  void report_limits() {
    if (const u64 refused = allowance_.refused(); refused > 0)
      issues_.add(IssueKind::over_limit, std::nullopt,
                  fmt::format("attribute lists, indexes and security descriptors that together are "
                              "more than four times as long as the volume: {} were not read",
                              refused),
                  refused);
    const PathIndex::LongPaths found = plan_.paths_.long_paths();
    if (found.cut > 0)
      issues_.add(
          IssueKind::over_limit, std::nullopt,
          fmt::format("{} paths, the first of MFT record {}, have more than the {} UTF-16 "
                      "units that NTFS allows; their last folders are shown below /$TooDeep",
                      found.cut, found.first_cut, PathIndex::kMostPathUnits));
    if (found.files_listed > 0)
      issues_.add(IssueKind::over_limit, std::nullopt,
                  fmt::format("{} files, the first of them MFT record {}, have hard links whose "
                              "paths together have more than {} UTF-16 units; not all are listed",
                              found.files_listed, found.first_listed,
                              PathIndex::kMostUnitsOfRecord));
  }

  /// Issues of one stream get its path. There may be thousands, with a path of 96 KiB each.
  void name_issues() {
    u64 text = 0, unnamed = 0;
    for (Issue& issue : plan_.issues_) {
      if (!issue.record || *issue.record >= kNoRecord || !issue.stream_name) continue;
      check_stop();
      if (text > kMostPathText) {
        ++unnamed;
        continue;
      }
      issue.path = plan_.path(*issue.record);
      text += issue.path->size();
    }
    if (unnamed > 0)
      issues_.add(
          IssueKind::over_limit, std::nullopt,
          fmt::format("the paths of {} further issues of the plan are left out: those shown "
                      "are together longer than {} bytes",
                      unnamed, kMostPathText));
  }

  NtfsPlan& plan_;
  const NtfsVolume& volume_;
  u32 volume_id_;
  Planning how_;
  PlanIssues issues_;
  SpacePlanner space_;
  u64 stored_; // bytes of the volume that the evidence holds
  ReadAllowance allowance_;
  StreamPlanner streams_;
  FileRecords records_;
  SystemStreams system_;
  LostNamePlaces lost_names_;
  std::vector<std::byte> last_descriptor_;
  const std::string* last_owner_ = nullptr;
};

NtfsPlan NtfsPlan::make(const NtfsVolume& volume, u32 volume_id, const Scope& scope,
                        const Planning& how) {
  NtfsPlan plan;
  plan.cluster_size_ = volume.geometry.cluster_size;
  plan.bitmap_ = ClusterBitmap(volume.geometry);
  PlanBuilder(plan, volume, volume_id, scope, how).build();
  return plan;
}

} // namespace coldsweep
