// SPDX-License-Identifier: Apache-2.0
#include "filesystem/mft.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/text.h"
#include "filesystem/attribute_list.h"
#include "filesystem/kept_value.h"
#include "filesystem/record_groups.h"
#include "filesystem/record_search.h"
#include "filesystem/update_sequence.h"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kWalkBytes = 2_MiB;

/// $MFTMirr holds a copy of the first records; the boot sector says where.
u64 mirror_offset(const NtfsGeometry& geometry) {
  const u64 cluster = geometry.mirror_cluster;
  if (cluster == 0 || cluster >= geometry.cluster_count)
    throw FormatError(
        fmt::format("NTFS boot sector: cluster of $MFTMirr at offset 0x38 can't be {}", cluster));
  return cluster * geometry.cluster_size;
}

} // namespace

const Attribute* find_attribute(const MftRecord& record, AttributeType type) {
  for (const Attribute& attribute : record.attributes)
    if (attribute.is(type) && attribute.name.empty()) return &attribute;
  return nullptr;
}

std::vector<std::byte> read_attribute(const ByteSource& volume, const NtfsGeometry& geometry,
                                      const Attribute& attribute, u64 limit) {
  return KeptValue(attribute, limit).read(volume, geometry);
}

Mft Mft::open(const ByteSource& volume, const NtfsGeometry& geometry) {
  Mft mft(volume, geometry);
  std::vector<std::byte> zero(geometry.record_size);
  std::string failure;
  try {
    volume.read(geometry.mft_offset, zero);
    mft.find_extents(zero);
    return mft;
  } catch (const Error& e) {
    failure = fmt::format("MFT record 0 at offset {} of the volume can't be used ({})",
                          geometry.mft_offset, e.what());
  }
  const u64 mirror = mirror_offset(geometry);
  try {
    volume.read(mirror, zero);
    mft.extents_.clear();
    mft.problems_.clear();
    mft.find_extents(zero);
  } catch (const Error& e) {
    throw FormatError(fmt::format("{}, nor can its copy in $MFTMirr at offset {} ({})", failure,
                                  mirror, e.what()));
  }
  mft.problems_.insert(mft.problems_.begin(),
                       fmt::format("{}; its copy in $MFTMirr at offset {} was", failure, mirror));
  return mft;
}

void Mft::find_extents(MutableBytes record_zero) {
  const std::optional<MftRecord> zero = parse_mft_record(record_zero);
  const Attribute* data = zero ? find_attribute(*zero, AttributeType::data) : nullptr;
  if (data == nullptr || data->resident || data->first_vcn != 0)
    throw FormatError("MFT record 0: a non-resident $DATA attribute expected");
  const u64 volume_bytes = geometry_.cluster_count * geometry_.cluster_size;
  const u64 length =
      std::min(data->size, volume_bytes) / geometry_.record_size * geometry_.record_size;

  std::vector<AttributeRuns> run_lists{{0, decode_runs(data->runs)}};
  BuiltExtents built = build_extents(run_lists, geometry_, length);
  extents_ = without_unstored(built.extents, volume_->unstored());
  record_count_ = length / geometry_.record_size;
  initialized_records_ = std::min(length, data->initialized) / geometry_.record_size;
  if (record_count_ == 0 || extents_.front().kind != Extent::Kind::stored)
    throw FormatError("MFT record 0: $DATA has no clusters");
  problems_ = zero->problems;
  if (find_attribute(*zero, AttributeType::attribute_list) != nullptr) {
    add_listed_runs(*zero, run_lists, length);
    built = build_extents(run_lists, geometry_, length);
    extents_ = without_unstored(built.extents, volume_->unstored());
  }
  problems_.insert(problems_.end(), built.problems.begin(), built.problems.end());
}

/// Each extension record lies in a range of $MFT that the run lists before it describe. Building
/// all extents anew for each of thousands would take quadratic time, so most are only appended.
void Mft::add_listed_runs(const MftRecord& zero, std::vector<AttributeRuns>& run_lists,
                          u64 length) {
  constexpr std::size_t kMostRebuilds = 64; // out of order: damage
  std::set<u64> seen{0};
  std::size_t rebuilds = 0;
  const AttributeList list = parse_attribute_list(
      read_attribute(*volume_, geometry_, *find_attribute(zero, AttributeType::attribute_list),
                     kMostAttributeListBytes));
  if (!list.problem.empty()) problems_.push_back(list.problem);
  for (const AttributeListEntry& entry : list.entries) {
    if (entry.type != static_cast<u32>(AttributeType::data) || !entry.name.empty() ||
        !seen.insert(entry.where.record).second)
      continue;
    try {
      std::vector<std::byte> bytes = read(entry.where.record);
      const std::optional<MftRecord> extension = parse_mft_record(bytes);
      const Attribute* data = extension ? find_attribute(*extension, AttributeType::data) : nullptr;
      if (data == nullptr || data->resident || extension->base.record != 0)
        throw FormatError("a piece of $MFT's $DATA expected");
      run_lists.push_back({data->first_vcn, decode_runs(data->runs)});
      if (!append(run_lists.back(), length) && rebuilds++ < kMostRebuilds)
        extents_ = build_extents(run_lists, geometry_, length).extents;
    } catch (const Error& e) {
      problems_.push_back(
          fmt::format("MFT record {}, a part of $MFT: {}", entry.where.record, e.what()));
    }
  }
}

/// Whether the runs continue the extents so far, and were appended.
bool Mft::append(const AttributeRuns& runs, u64 length) {
  const u64 cluster = geometry_.cluster_size;
  while (!extents_.empty() && extents_.back().kind == Extent::Kind::missing) extents_.pop_back();
  const u64 end = extents_.empty() ? 0 : extents_.back().stream_offset + extents_.back().length;
  if (checked_multiply(runs.first_vcn, cluster) != end || end >= length) return false;
  for (Extent extent : build_extents({{0, runs.runs}}, geometry_, length - end).extents) {
    extent.stream_offset += end;
    extents_.push_back(extent);
  }
  return true;
}

std::vector<Extent> Mft::place(u64 record, u64 offset, u64 length) const {
  const auto found = recovered_.find(record);
  if (found == recovered_.end())
    return slice_extents(extents_, record * geometry_.record_size + offset, length);
  return {{0, found->second + offset, length, Extent::Kind::stored}};
}

Mft Mft::lost(const ByteSource& volume, const NtfsGeometry& geometry, std::string why) {
  Mft mft(volume, geometry);
  mft.problems_.push_back(std::move(why));
  return mft;
}

bool Mft::lacks_records() const {
  return record_count_ == 0 || std::any_of(extents_.begin(), extents_.end(), [](const Extent& e) {
           return e.kind == Extent::Kind::missing;
         });
}

void Mft::recover() {
  constexpr u64 kMost = 50'000'000;
  const std::vector<FoundRecord> found = search_records(*volume_, geometry_, extents_, kMost);
  const RecordAttribution attributed =
      attribute_records(*volume_, geometry_, found, {extents_, record_count_});
  // A number sizes a table, so one that is far beyond what was found is not trusted.
  const u64 plausible = (found.size() + record_count_) * 16 + 65'536;
  u64 repeated = 0;
  for (const auto& [number, offset] : attributed.records) {
    if (holds(number) || number >= plausible)
      ++repeated;
    else
      recovered_.emplace(number, offset);
  }
  std::string problem =
      fmt::format("{} MFT records were found by their signature outside of the known part of $MFT",
                  recovered_.size());
  if (repeated > 0) problem += fmt::format(", and {} copies of known ones", repeated);
  if (attributed.unattributed > 0)
    problem += fmt::format("; {} more can't be told to be this volume's and were not used",
                           attributed.unattributed);
  problems_.push_back(std::move(problem));
}

/// Whether the table has a record with that number.
bool Mft::holds(u64 record) const {
  if (record >= record_count_) return false;
  std::vector<std::byte> start(4);
  return read_extents(*volume_, extents_, record * geometry_.record_size, start).empty() &&
         has_at(start, 0, "FILE");
}

std::vector<std::byte> Mft::read(u64 record) const {
  if (const auto found = recovered_.find(record); found != recovered_.end()) {
    std::vector<std::byte> bytes(geometry_.record_size);
    volume_->read(found->second, bytes);
    return bytes;
  }
  if (record >= record_count_)
    throw FormatError(fmt::format("MFT record {}: the table has {}", record, record_count_));
  std::vector<std::byte> bytes(geometry_.record_size);
  const std::vector<Gap> gaps =
      read_extents(*volume_, extents_, record * geometry_.record_size, bytes);
  if (!gaps.empty()) throw ReadError(gaps.front().offset, gaps.front().message);
  return bytes;
}

/// Records that are read in one go.
struct Mft::Step {
  u64 first = 0, count = 0;
  std::vector<std::byte> buffer;
  std::vector<Gap> gaps; // in $MFT
  std::vector<Walked> records;
};

Mft::Walked Mft::walked(u64 number, MutableBytes bytes) const {
  Walked of{number, bytes, std::nullopt, {}, {}};
  try {
    of.record = parse_mft_record(bytes);
  } catch (const Error& e) {
    of.problem = e.what();
  }
  const u64 used = of.record ? of.record->used : 0;
  of.unused = place_updated(of.record ? of.record->fixup_offset : u16{0}, used, bytes.size() - used,
                            [&](u64 offset, u64 length) { return place(number, offset, length); });
  return of;
}

/// `spare` is a step that is no longer needed. Its memory is reused, and its records are freed by
/// the thread that reads, not the one that walks: freeing what another thread allocates costs both
/// a lock.
Mft::Step Mft::read_step(u64 first, Step&& spare) const {
  const u64 size = geometry_.record_size;
  Step step = std::move(spare);
  step.first = first;
  step.count = std::min(kWalkBytes / size, record_count_ - first);
  step.records.clear();
  step.buffer.resize(step.count * size);
  step.gaps = read_extents(*volume_, extents_, first * size, step.buffer);
  step.records.reserve(step.count);
  auto gap = step.gaps.begin();
  for (u64 number = first; number < first + step.count; ++number) {
    const u64 from = number * size;
    while (gap != step.gaps.end() && gap->offset + gap->length <= from) ++gap;
    const bool unreadable = gap != step.gaps.end() && gap->offset < from + size;
    if (!unreadable && !recovered_.contains(number))
      step.records.push_back(
          walked(number, MutableBytes(step.buffer).subspan((number - first) * size, size)));
  }
  return step;
}

/// The first record from `first` on that isn't in a long range without clusters. Such a range costs
/// nothing, and may be claimed to be of any length. Adds those without a known place to `lost`.
u64 Mft::skip_unstored(u64 first, std::vector<Records>& lost) const {
  const u64 size = geometry_.record_size;
  while (first < record_count_) {
    const auto extent =
        std::partition_point(extents_.begin(), extents_.end(), [&](const Extent& e) {
          return e.stream_offset + e.length <= first * size;
        });
    if (extent == extents_.end() || extent->placed()) return first;
    const u64 end = std::min((extent->stream_offset + extent->length) / size, record_count_);
    if (end < first + kWalkBytes / size) return first;
    if (extent->kind == Extent::Kind::missing) lost.push_back({first, end});
    first = end;
  }
  return first;
}

void Mft::report_lost(const std::vector<Records>& lost, const Visitor& visitor) const {
  for (const Records& records : lost) {
    u64 first = records.first;
    const auto report_until = [&](u64 end) {
      if (end > first)
        visitor.unreadable(first, end - first, "no place on the volume is known for them");
      first = end + 1;
    };
    for (auto found = recovered_.lower_bound(first);
         found != recovered_.end() && found->first < records.end; ++found)
      report_until(found->first);
    report_until(records.end);
  }
}

void Mft::walk(const Visitor& visitor, bool ahead) const {
  const auto policy = ahead ? std::launch::async : std::launch::deferred;
  const u64 size = geometry_.record_size;
  Step done;
  const auto next_step = [&](u64 first) {
    return std::async(policy, [this, first, spare = std::exchange(done, {})]() mutable {
      return read_step(first, std::move(spare));
    });
  };
  std::future<Step> next;
  std::vector<Records> lost; // before the next step
  const auto begin_step = [&](u64 first) {
    lost.clear();
    const u64 stored = skip_unstored(first, lost);
    if (stored < record_count_) next = next_step(stored);
  };
  begin_step(0);
  report_lost(lost, visitor);
  while (next.valid()) {
    Step step = next.get();
    const u64 end = step.first + step.count;
    begin_step(end);
    auto gap = step.gaps.begin();
    auto record = step.records.begin();
    for (u64 number = step.first; number < end; ++number) {
      if (record != step.records.end() && record->number == number) {
        visitor.record(*record++);
      } else if (!recovered_.contains(number)) {
        while (gap != step.gaps.end() && gap->offset + gap->length <= number * size) ++gap;
        visitor.unreadable(number, 1, gap->message);
      }
    }
    report_lost(lost, visitor);
    done = std::move(step);
  }
  std::vector<std::byte> bytes(size);
  for (const auto& [number, offset] : recovered_) {
    const std::vector<Gap> gaps = read_with_gaps(*volume_, offset, bytes);
    if (gaps.empty()) {
      Walked record = walked(number, bytes);
      visitor.record(record);
    } else
      visitor.unreadable(number, 1, gaps.front().message);
  }
}

} // namespace coldsweep
