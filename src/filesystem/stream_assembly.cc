// SPDX-License-Identifier: Apache-2.0
#include "filesystem/stream_assembly.h"

#include "base/checked.h"
#include "base/text.h"
#include "filesystem/update_sequence.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kMostStreamBytes = u64{1} << 53; // the limit of NTFS is 8 PiB

std::string utf8_name(const std::string& utf16) { return decode_utf16_name(bytes_of(utf16)).utf8; }

/// The ids that The Sleuth Kit gives to attributes that begin in an extension record. Attributes of
/// different records may have the same id, so each (type, name) of the list that does not begin in
/// the base record gets the next free id (ntfs_proc_attrlist in its ntfs.c). It has room for 255 of
/// them, and for 256 extension records.
class SleuthKitIds {
public:
  SleuthKitIds(u64 base, const AttributeList& list, u16 list_id) {
    u16 next = list_id;
    std::vector<const AttributeListEntry*> unique;
    std::set<std::pair<u32, std::string_view>> seen;
    std::set<u64> records;
    for (const AttributeListEntry& entry : list.entries) {
      next = std::max(next, entry.id);
      if (entry.where.record != base) records.insert(entry.where.record);
      if (unique.size() < 255 && seen.emplace(entry.type, entry.name).second)
        unique.push_back(&entry);
    }
    for (const AttributeListEntry* entry : unique) {
      if (entry->where.record == base) continue;
      ++next;
      if (entry->type == static_cast<u32>(AttributeType::data)) ids_.try_emplace(entry->name, next);
    }
    next_ = next;
    in_full_ = list.problem.empty() && records.size() <= 256;
  }

  /// Whether it reads all of the list.
  bool in_full() const { return in_full_; }
  bool knows(const std::string& name) const { return ids_.contains(name); }

  u16 of(const std::string& name) {
    const auto [id, added] = ids_.try_emplace(name);
    if (added) id->second = ++next_;
    return id->second;
  }

private:
  std::unordered_map<std::string, u16> ids_;
  u16 next_ = 0;
  bool in_full_ = true;
};

FoundStream resident_stream(const CopiedAttribute& attribute, const Mft& mft) {
  FoundStream stream;
  stream.name = utf8_name(attribute.name);
  stream.size = stream.initialized = attribute.value_length;
  stream.resident = true;
  if (attribute.encrypted) stream.encoding = Encoding::efs;
  stream.extents = place_updated(
      attribute.fixup_offset, attribute.value_offset, attribute.value_length,
      [&](u64 offset, u64 length) { return mft.place(attribute.record, offset, length); });
  return stream;
}

u64 covered_bytes(const std::vector<CopiedAttribute>& attributes, const NtfsGeometry& geometry) {
  u64 clusters = 0;
  for (const CopiedAttribute& attribute : attributes)
    for (const DataRun& run : attribute.run_list.runs.runs)
      clusters =
          std::max(clusters, saturating_add(saturating_add(attribute.run_list.first_vcn, run.vcn),
                                            run.length));
  return std::min(checked_multiply<u64>(clusters, geometry.cluster_size).value_or(kMostStreamBytes),
                  kMostStreamBytes);
}

FoundStream stored_stream(std::vector<CopiedAttribute> attributes, const NtfsGeometry& geometry) {
  const CopiedAttribute& head = attributes.front();
  FoundStream stream;
  stream.name = utf8_name(head.name);
  stream.size = head.size;
  stream.initialized = head.initialized;
  if (head.run_list.first_vcn != 0) {
    stream.size = stream.initialized = covered_bytes(attributes, geometry);
    stream.problems.emplace_back("the record that holds its first part and its size is missing");
  } else if (stream.size > kMostStreamBytes) {
    stream.problems.push_back(fmt::format("a size of {} bytes is impossible", stream.size));
    stream.size = covered_bytes(attributes, geometry);
  }
  stream.initialized = std::min(stream.initialized, stream.size);
  if (head.encrypted) stream.encoding = Encoding::efs;

  const u64 allocated = covered_bytes(attributes, geometry);
  u64 length = stream.size;
  const u64 unit = u64{geometry.cluster_size} << std::min<u16>(head.compression_exponent, 31);
  const bool compressed = head.compressed && head.compression_exponent > 0;
  if (compressed && unit > kMostCompressionUnit) {
    stream.problems.push_back(
        fmt::format("a compression unit of 2^{} clusters of {} bytes is impossible, {} bytes at "
                    "most expected: what is stored is taken as it is",
                    head.compression_exponent, geometry.cluster_size, kMostCompressionUnit));
  } else if (compressed) {
    stream.encoding = Encoding::lznt1;
    stream.compression_unit = static_cast<u32>(unit);
    // The clusters of the last unit reach past the size.
    length =
        (length + stream.compression_unit - 1) / stream.compression_unit * stream.compression_unit;
  }
  std::vector<AttributeRuns> run_lists;
  for (CopiedAttribute& attribute : attributes) run_lists.push_back(std::move(attribute.run_list));
  // ntfs-3g maps no more of the last unit than its content needs, if it is stored plain.
  const bool ends_within_unit = compressed && allocated >= stream.size && allocated < length;
  BuiltExtents built = build_extents(std::move(run_lists), geometry,
                                     ends_within_unit ? allocated : std::max(length, allocated));
  if (ends_within_unit)
    built.extents.push_back({allocated, 0, length - allocated, Extent::Kind::missing});
  if (allocated > length) {
    for (const Extent& extent : slice_extents(built.extents, length, allocated - length))
      if (extent.kind == Extent::Kind::stored) stream.behind.push_back(extent);
    stream.extents = slice_extents(built.extents, 0, length);
  } else {
    stream.extents = std::move(built.extents);
  }
  std::move(built.problems.begin(), built.problems.end(), std::back_inserter(stream.problems));
  return stream;
}

/// Attributes of one stream have the same type and name. A resident one begins a stream, and so
/// does one that begins at cluster 0.
std::vector<std::vector<CopiedAttribute>> group_by_stream(std::vector<CopiedAttribute> attributes) {
  std::stable_sort(attributes.begin(), attributes.end(),
                   [](const CopiedAttribute& a, const CopiedAttribute& b) {
                     return std::tie(a.type, a.name, a.run_list.first_vcn) <
                            std::tie(b.type, b.name, b.run_list.first_vcn);
                   });
  std::vector<std::vector<CopiedAttribute>> groups;
  for (CopiedAttribute& attribute : attributes) {
    const bool begins = groups.empty() || attribute.resident || attribute.run_list.first_vcn == 0 ||
                        groups.back().front().resident ||
                        groups.back().front().name != attribute.name ||
                        groups.back().front().type != attribute.type;
    if (begins) groups.emplace_back();
    groups.back().push_back(std::move(attribute));
  }
  return groups;
}

} // namespace

CopiedAttribute copy_attribute(const Attribute& attribute, u64 record, u16 fixup_offset) {
  CopiedAttribute copy;
  copy.type = attribute.type;
  copy.record = record;
  copy.id = attribute.id;
  copy.fixup_offset = fixup_offset;
  copy.resident = attribute.resident;
  copy.compressed = attribute.compressed();
  copy.encrypted = attribute.encrypted();
  copy.name = std::string(chars_of(attribute.name));
  copy.value_offset = attribute.value_offset;
  copy.value_length = static_cast<u32>(attribute.value.size());
  if (attribute.resident) return copy;
  copy.size = attribute.size;
  copy.initialized = attribute.initialized;
  copy.compression_exponent = attribute.compression_exponent;
  copy.run_list = {attribute.first_vcn, decode_runs(attribute.runs)};
  return copy;
}

std::vector<FoundStream> assemble_streams(u64 base, std::vector<CopiedAttribute> attributes,
                                          const AttributeList* list, u16 list_id, const Mft& mft,
                                          const NtfsGeometry& geometry) {
  std::optional<SleuthKitIds> ids;
  if (list != nullptr) ids.emplace(base, *list, list_id);
  std::vector<FoundStream> streams;
  for (std::vector<CopiedAttribute>& group : group_by_stream(std::move(attributes))) {
    const CopiedAttribute& head = group.front();
    const bool is_data = head.type == static_cast<u32>(AttributeType::data);
    const bool renumbered = head.record != base && ids; // by The Sleuth Kit
    const bool known = !renumbered || (is_data && ids->knows(head.name));
    const bool unlike_icat = ids && (!ids->in_full() || !known);
    const u16 id = renumbered && is_data ? ids->of(head.name) : head.id;
    const u32 type = head.type;
    const std::string utf16_name = head.name;
    FoundStream stream =
        head.resident ? resident_stream(head, mft) : stored_stream(std::move(group), geometry);
    stream.attribute = id;
    stream.type = type;
    stream.utf16_name = utf16_name;
    stream.unlike_icat = unlike_icat;
    streams.push_back(std::move(stream));
  }
  return streams;
}

} // namespace coldsweep
