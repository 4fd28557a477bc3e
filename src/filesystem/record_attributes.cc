// SPDX-License-Identifier: Apache-2.0
#include "filesystem/record_attributes.h"

#include "base/endian.h"
#include "base/text.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kMostIndexBitmapBytes = 4_MiB;

/// Whether its value may hold content, rather than the file system's own structure.
bool is_searched(const Attribute& a) {
  return !a.is(AttributeType::standard_information) && !a.is(AttributeType::attribute_list) &&
         !a.is(AttributeType::file_name) && !a.is(AttributeType::index_root) &&
         !a.is(AttributeType::index_allocation) && !a.is(AttributeType::bitmap);
}

} // namespace

void RecordAttributes::add(const Attribute& a, u64 record, u16 fixup_offset,
                           const NtfsVolume& volume, const Scope& scope) {
  if (a.is(AttributeType::data)) {
    data.push_back(copy_attribute(a, record, fixup_offset));
    return;
  }
  if (!a.resident || (scope.system && is_searched(a)))
    others.push_back(copy_attribute(a, record, fixup_offset));
  if (a.is(AttributeType::file_name) && a.resident)
    if (std::optional<FileName> name = parse_file_name(a.value)) names.push_back(std::move(*name));
  if (a.is(AttributeType::reparse_point) && !wof) {
    const std::vector<std::byte> value =
        read_attribute(*volume.source, volume.geometry, a, kMostWofReparseBytes);
    wof = parse_wof_reparse(value);
    if (!wof && !reparse_tag) reparse_tag = little<u32>(value, 0);
  }
  if (a.is(AttributeType::index_root)) index_block = little<u32>(a.value, 8).value_or(0);
  if (a.is(AttributeType::bitmap) && scope.slack && a.first_vcn == 0)
    index_bitmaps.try_emplace(std::string(chars_of(a.name)), a, kMostIndexBitmapBytes);
}

void RecordAttributes::take(RecordAttributes&& more) {
  std::move(more.data.begin(), more.data.end(), std::back_inserter(data));
  std::move(more.others.begin(), more.others.end(), std::back_inserter(others));
  std::move(more.names.begin(), more.names.end(), std::back_inserter(names));
  if (!wof) wof = std::move(more.wof);
  if (!reparse_tag) reparse_tag = more.reparse_tag;
  index_bitmaps.merge(more.index_bitmaps);
  if (index_block == 0) index_block = more.index_block;
}

} // namespace coldsweep
