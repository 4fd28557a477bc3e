// SPDX-License-Identifier: Apache-2.0
#include "filesystem/lost_names.h"

#include "base/endian.h"
#include "base/text.h"
#include "filesystem/odd_times.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr u64 kEntryHeader = 16, kNameHeader = 0x42;

bool is_plausible(const FileReference& reference) {
  return reference.sequence != 0 && reference.record < u64{1} << 40;
}

std::optional<LostName> index_entry_at(ByteView slack, u64 at) {
  const std::optional<u16> length = little<u16>(slack, at + 8), key = little<u16>(slack, at + 10);
  if (!key || *length % 8 != 0 || *key <= kNameHeader || *length < kEntryHeader + *key)
    return std::nullopt;
  const std::optional<ByteView> value = slice(slack, at + kEntryHeader, *key);
  if (!value || kNameHeader + u64{*little<u8>(*value, 0x40)} * 2 != *key ||
      *little<u8>(*value, 0x41) > 3)
    return std::nullopt;
  std::optional<FileName> name = parse_file_name(*value);
  const FileReference file = FileReference::from(*little<u64>(slack, at));
  if (!name || !is_plausible(file) || !is_plausible(name->parent) || has_impossible(name->times))
    return std::nullopt;
  return LostName{file, std::move(*name)};
}

} // namespace

std::vector<LostName> names_in_index_slack(ByteView slack, u64 phase) {
  std::vector<LostName> names;
  for (u64 at = (8 - phase % 8) % 8; at + kEntryHeader + kNameHeader < slack.size(); at += 8)
    if (std::optional<LostName> name = index_entry_at(slack, at)) names.push_back(std::move(*name));
  return names;
}

std::vector<LostName> names_in_change_journal(ByteView journal) {
  constexpr u64 kHeader = 60;
  std::vector<LostName> names;
  for (u64 at = 0; at + kHeader < journal.size();) {
    const u64 length = *little<u32>(journal, at);
    const bool is_record = length >= kHeader && length % 8 == 0 && length <= 4096 &&
                           *little<u16>(journal, at + 4) == 2 &&
                           *little<u16>(journal, at + 58) == kHeader;
    const u64 name_length = is_record ? *little<u16>(journal, at + 56) : 0;
    const std::optional<ByteView> text = name_length > 0 && kHeader + name_length <= length
                                             ? slice(journal, at + kHeader, name_length)
                                             : std::nullopt;
    if (!text) {
      at += 8; // holes, and the ends of its pages
      continue;
    }
    LostName found{FileReference::from(*little<u64>(journal, at + 8)), {}};
    found.name.parent = FileReference::from(*little<u64>(journal, at + 16));
    found.name.name = decode_utf16_name(*text).utf8;
    found.name.name_space = 1;
    std::replace(found.name.name.begin(), found.name.name.end(), '/', '_');
    if (is_plausible(found.file) && is_plausible(found.name.parent))
      names.push_back(std::move(found));
    at += length;
  }
  return names;
}

} // namespace coldsweep
