// SPDX-License-Identifier: Apache-2.0
#include "filesystem/record_groups.h"

#include "base/checked.h"
#include "base/endian.h"
#include "filesystem/mft_record.h"
#include "filesystem/run_list.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kLeastFragment = 2; // records in a group that only continues a run

struct Range {
  u64 from = 0, to = 0;
};

/// What can be the parent of a name.
struct Header {
  u16 sequence = 0;
  bool in_use = false, directory = false;
};

/// What tells whose a record is.
struct Seen {
  Header header;
  std::vector<FileReference> parents;
  std::optional<u64> own_start; ///< where its $DATA begins
  std::vector<Range> clusters;  ///< of all its attributes, as offsets in the volume
};

class Attributor {
public:
  Attributor(const ByteSource& volume, const NtfsGeometry& geometry, const KnownMft& known)
      : volume_(volume), geometry_(geometry), known_(known),
        per_cluster_(std::max<u64>(1, geometry.cluster_size / geometry.record_size)) {}

  RecordAttribution attribute(const std::vector<FoundRecord>& found) {
    group(found);
    read_known();
    take_group(geometry_.mft_offset);
    for (const auto& [base, numbers] : groups_)
      if (locates_itself(base, numbers)) take_group(base);
    leave_out_content();
    take_continuing_groups();
    for (const auto& [base, numbers] : groups_) result_.unattributed += numbers.size();
    return std::move(result_);
  }

private:
  using Group = std::map<u64, u64>; // number -> offset

  /// Records without a number have that of their place in the run that the boot sector points to.
  void group(const std::vector<FoundRecord>& found) {
    for (const FoundRecord& record : found) {
      std::optional<u64> number = record.number;
      if (!number && record.offset >= geometry_.mft_offset &&
          (record.offset - geometry_.mft_offset) % geometry_.record_size == 0)
        number = (record.offset - geometry_.mft_offset) / geometry_.record_size;
      const auto distance =
          number ? checked_multiply<u64>(*number, geometry_.record_size) : std::nullopt;
      if (!distance || *distance > record.offset)
        ++result_.unattributed;
      else
        groups_[record.offset - *distance].emplace(*number, record.offset);
    }
  }

  std::optional<Seen> see(u64 offset) const {
    std::vector<std::byte> bytes(geometry_.record_size);
    try {
      volume_.read(offset, bytes);
      const std::optional<MftRecord> record = parse_mft_record(bytes);
      if (!record) return std::nullopt;
      Seen seen{{record->sequence, record->in_use, record->directory}, {}, {}, {}};
      for (const Attribute& attribute : record->attributes) note(attribute, seen);
      return seen;
    } catch (const Error&) {
      return std::nullopt; // not a record, or unreadable: the walk reports it
    }
  }

  void note(const Attribute& attribute, Seen& seen) const {
    if (attribute.is(AttributeType::file_name) && attribute.resident) {
      if (const auto parent = little<u64>(attribute.value, 0))
        seen.parents.push_back(FileReference::from(*parent));
      return;
    }
    if (attribute.resident) return;
    const RunList list = decode_runs(attribute.runs);
    for (const DataRun& run : list.runs) {
      if (!run.lcn || *run.lcn >= geometry_.cluster_count) continue;
      const u64 from = *run.lcn * geometry_.cluster_size;
      const u64 count = std::min(run.length, geometry_.cluster_count - *run.lcn);
      seen.clusters.push_back({from, from + count * geometry_.cluster_size});
      if (attribute.is(AttributeType::data) && attribute.name.empty() && attribute.first_vcn == 0 &&
          run.vcn == 0)
        seen.own_start = from;
    }
  }

  /// Records of the table that $MFT's own extents lead to.
  void read_known() {
    for (const Extent& extent : known_.extents) {
      if (extent.kind != Extent::Kind::stored) continue;
      for (u64 at = 0; at + geometry_.record_size <= extent.length; at += geometry_.record_size)
        if (const u64 number = (extent.stream_offset + at) / geometry_.record_size;
            number < known_.record_count)
          trust(number, extent.source_offset + at);
    }
  }

  /// The clusters of $MFT itself are nobody's content: records belong there.
  void trust(u64 number, u64 offset) {
    const std::optional<Seen> seen = see(offset);
    if (!seen) return;
    trusted_.emplace(number, seen->header);
    if (number != 0 && seen->header.in_use)
      owned_.insert(owned_.end(), seen->clusters.begin(), seen->clusters.end());
  }

  /// Makes the records of a group the volume's, except for numbers that it has already.
  void take_group(u64 base) {
    const auto group = groups_.find(base);
    if (group == groups_.end()) return;
    for (const auto& [number, offset] : group->second) {
      if (trusted_.contains(number)) continue;
      trust(number, offset);
      result_.records.emplace(number, offset);
    }
    groups_.erase(group);
  }

  /// Whether the group begins with a record 0 that says that $MFT begins there. That of a guest's
  /// disk counts from the start of the guest's volume.
  bool locates_itself(u64 base, const Group& numbers) const {
    if (numbers.begin()->first != 0 || trusted_.contains(0)) return false;
    const std::optional<Seen> zero = see(base);
    return zero && zero->own_start == base;
  }

  void merge_owned() {
    std::sort(owned_.begin(), owned_.end(),
              [](const Range& a, const Range& b) { return a.from < b.from; });
    std::vector<Range> merged;
    for (const Range& range : owned_) {
      if (!merged.empty() && range.from <= merged.back().to)
        merged.back().to = std::max(merged.back().to, range.to);
      else
        merged.push_back(range);
    }
    owned_ = std::move(merged);
  }

  bool is_owned(u64 offset) const {
    const auto after =
        std::upper_bound(owned_.begin(), owned_.end(), offset,
                         [](u64 value, const Range& range) { return value < range.from; });
    return after != owned_.begin() && offset < std::prev(after)->to;
  }

  void leave_out_content() {
    merge_owned();
    for (auto group = groups_.begin(); group != groups_.end();) {
      std::erase_if(group->second, [&](const auto& record) { return is_owned(record.second); });
      group = group->second.empty() ? groups_.erase(group) : std::next(group);
    }
  }

  u64 cluster_start(u64 number) const { return number / per_cluster_ * per_cluster_; }

  /// A further run of $MFT begins with the number after the last one of a run that is known. Runs
  /// are whole clusters.
  void take_continuing_groups() {
    std::multimap<u64, u64> by_first; // -> base
    for (const auto& [base, numbers] : groups_)
      by_first.emplace(cluster_start(numbers.begin()->first), base);
    std::set<u64> ends;
    for (auto at = trusted_.begin(); at != trusted_.end(); ++at)
      if (const auto next = std::next(at); next == trusted_.end() || next->first != at->first + 1)
        ends.insert(cluster_start(at->first) + per_cluster_);
    while (!ends.empty()) {
      const auto [from, to] = by_first.equal_range(*ends.begin());
      ends.erase(ends.begin());
      for (auto candidate = from; candidate != to; ++candidate) {
        const auto group = groups_.find(candidate->second);
        if (group == groups_.end() || !continues(group->second)) continue;
        ends.insert(cluster_start(group->second.rbegin()->first) + per_cluster_);
        take_group(candidate->second);
        leave_out_content();
        break;
      }
    }
  }

  bool continues(const Group& numbers) const {
    return numbers.size() >= kLeastFragment && !overlaps(numbers) && has_known_parents(numbers);
  }

  bool overlaps(const Group& numbers) const {
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](const auto& record) { return trusted_.contains(record.first); });
  }

  /// Whether most names are in folders that the volume or the group has.
  bool has_known_parents(const Group& numbers) const {
    u64 known = 0, unknown = 0;
    for (const auto& [number, offset] : numbers) {
      const std::optional<Seen> seen = see(offset);
      if (!seen) continue;
      for (const FileReference& parent : seen->parents)
        ++(is_folder(parent, numbers) ? known : unknown);
    }
    return known > 0 && known >= unknown;
  }

  bool is_folder(const FileReference& reference, const Group& numbers) const {
    const auto matches = [&](const Header& header) {
      return header.directory && (header.sequence == reference.sequence ||
                                  (!header.in_use && header.sequence == reference.sequence + 1));
    };
    if (const auto found = trusted_.find(reference.record); found != trusted_.end())
      return matches(found->second);
    const auto own = numbers.find(reference.record);
    if (own == numbers.end()) return false;
    const std::optional<Seen> seen = see(own->second);
    return seen && matches(seen->header);
  }

  const ByteSource& volume_;
  const NtfsGeometry& geometry_;
  const KnownMft& known_;
  const u64 per_cluster_;
  std::map<u64, Group> groups_;   // by where record 0 would be
  std::map<u64, Header> trusted_; // by number
  std::vector<Range> owned_;
  RecordAttribution result_;
};

} // namespace

RecordAttribution attribute_records(const ByteSource& volume, const NtfsGeometry& geometry,
                                    const std::vector<FoundRecord>& found, const KnownMft& known) {
  return Attributor(volume, geometry, known).attribute(found);
}

} // namespace coldsweep
