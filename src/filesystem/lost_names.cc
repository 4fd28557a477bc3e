// SPDX-License-Identifier: Apache-2.0
#include "filesystem/lost_names.h"

#include "base/endian.h"
#include "filesystem/suspicious_times.h"
#include "filesystem/update_sequence.h"

#include <iterator>

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

JournalNames names_in_log_file(MutableBytes log, u64 until) {
  constexpr u64 kPageHeader = 0x40;
  JournalNames found_names;
  std::vector<LostName>& names = found_names.names;
  std::vector<std::string> problems; // a torn page may hold whole entries
  u64& at = found_names.next;
  for (; at < until && at + kUpdateStride <= log.size(); at += kUpdateStride) {
    if (!has_at(log, at, "RCRD")) continue;
    const u64 words = *little<u16>(log, at + 6), page = (words - 1) * kUpdateStride;
    if (words < 2 || page > log.size() - at || page > kMostLogPage) continue;
    const MutableBytes bytes = log.subspan(at, page);
    problems.clear();
    if (undo_update_sequence(bytes, problems) == 0 || page <= kPageHeader) continue;
    std::vector<LostName> found = names_in_index_slack(ByteView(bytes).subspan(kPageHeader));
    std::move(found.begin(), found.end(), std::back_inserter(names));
    at += page - kUpdateStride;
  }
  return found_names;
}

JournalNames names_in_change_journal(ByteView journal, u64 until) {
  constexpr u64 kHeader = 60;
  JournalNames found_names;
  std::vector<LostName>& names = found_names.names;
  u64& at = found_names.next;
  while (at < until && at + kHeader < journal.size()) {
    const u64 length = *little<u32>(journal, at);
    const bool is_record = length >= kHeader && length % 8 == 0 && length <= kMostUsnRecord &&
                           *little<u16>(journal, at + 4) == 2 &&
                           *little<u16>(journal, at + 58) == kHeader;
    const u64 name_length = is_record ? *little<u16>(journal, at + 56) : 0;
    const std::optional<ByteView> text = name_length > 0 && kHeader + name_length <= length
                                             ? slice(journal, at + kHeader, name_length)
                                             : std::nullopt;
    if (!text) {
      at += 8; // a hole, or the end of a page
      continue;
    }
    LostName found{FileReference::from(*little<u64>(journal, at + 8)), {}};
    found.name.parent = FileReference::from(*little<u64>(journal, at + 16));
    found.name.name = decode_file_name(*text);
    found.name.name_space = 1;
    if (is_plausible(found.file) && is_plausible(found.name.parent))
      names.push_back(std::move(found));
    at += length;
  }
  return found_names;
}

} // namespace coldsweep
