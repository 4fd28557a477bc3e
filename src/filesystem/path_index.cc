// SPDX-License-Identifier: Apache-2.0
#include "filesystem/path_index.h"

#include "base/endian.h"
#include "base/text.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u8 kDosNamespace = 2;
constexpr std::size_t kMostDepth = 16384; // a path of 32,767 characters has no more folders
constexpr std::string_view kOrphans = "/$OrphanFiles";

} // namespace

std::string decode_file_name(ByteView utf16le) {
  std::string name = decode_utf16_name(utf16le).utf8;
  for (std::size_t at = 0; (at = name.find('/', at)) != std::string::npos;)
    name.replace(at, 1, "\\u002f");
  return name;
}

std::optional<FileName> parse_file_name(ByteView value) {
  const std::optional<u8> length = little<u8>(value, 0x40), name_space = little<u8>(value, 0x41);
  if (!length || !name_space) return std::nullopt;
  const std::optional<ByteView> name = slice(value, 0x42, u64{*length} * 2);
  if (!name || name->empty()) return std::nullopt;
  FileName parsed;
  parsed.parent = FileReference::from(*little<u64>(value, 0));
  parsed.times = {*little<u64>(value, 8), *little<u64>(value, 16), *little<u64>(value, 24),
                  *little<u64>(value, 32)};
  parsed.name_space = *name_space;
  parsed.name = decode_file_name(*name);
  return parsed;
}

void PathIndex::add(u64 record, u16 sequence, bool in_use, std::vector<FileName> names) {
  const bool has_long = std::any_of(
      names.begin(), names.end(), [](const FileName& n) { return n.name_space != kDosNamespace; });
  for (FileName& name : names)
    if (has_long && name.name_space == kDosNamespace)
      short_names_.try_emplace(record, std::move(name.name));
  if (has_long)
    std::erase_if(names, [](const FileName& n) { return n.name_space == kDosNamespace; });
  if (names.size() > std::numeric_limits<u16>::max()) names.resize(std::numeric_limits<u16>::max());

  if (entries_.size() <= record) entries_.resize(record + 1);
  entries_[record] = {static_cast<u32>(names_.size()), sequence, static_cast<u16>(names.size()),
                      true, in_use};
  nameless_ += names.empty() && record >= kFirstUserRecord ? 1 : 0;
  std::move(names.begin(), names.end(), std::back_inserter(names_));
}

bool PathIndex::add_lost_name(const FileReference& file, FileName name, std::string_view source) {
  const Entry* of = entry(file.record);
  if (of == nullptr || of->name_count > 0 || !is_meant(*of, file)) return false;
  Entry& named = entries_[file.record];
  named.first_name = static_cast<u32>(names_.size());
  named.name_count = 1;
  names_.push_back(std::move(name));
  lost_names_.emplace(file.record, source);
  nameless_ -= file.record >= kFirstUserRecord ? 1 : 0;
  return true;
}

bool PathIndex::is_meant(const Entry& entry, const FileReference& reference) {
  if (entry.in_use) return entry.sequence == reference.sequence;
  // Deleting a record raises its sequence number; NTFS skips 0.
  const u16 before = static_cast<u16>(entry.sequence - 1);
  return before == reference.sequence || (before == 0 && reference.sequence == 0xFFFF);
}

const PathIndex::Entry* PathIndex::entry(u64 record) const {
  return record < entries_.size() && entries_[record].known ? &entries_[record] : nullptr;
}

bool PathIndex::hangs_in(const FileReference& parent) const {
  const Entry* folder = entry(parent.record);
  return folder != nullptr && is_meant(*folder, parent);
}

PathIndex::FolderPath PathIndex::folder_path(const FileReference& parent) const {
  std::vector<const std::string*> folders;
  FileReference at = parent;
  std::string path;
  std::string_view source;
  const bool root_is_lost = entry(kRootRecord) == nullptr; // then its number is trusted
  while (at.record != kRootRecord || (!root_is_lost && !hangs_in(at))) {
    const Entry* folder = entry(at.record);
    if (!hangs_in(at) || folder->name_count == 0 || folders.size() >= kMostDepth) {
      path = kOrphans;
      source = kOrphan;
      break;
    }
    if (!folder->in_use) source = kDeletedFolders;
    const FileName& name = names_[folder->first_name];
    folders.push_back(&name.name);
    at = name.parent;
  }
  if (folders.size() >= kMostDepth) folders.clear(); // folders that contain each other
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
    path.append("/").append(**folder);
  return {std::move(path), source};
}

std::vector<PathAndTimes> PathIndex::paths(u64 record) const {
  const Entry* of = entry(record);
  if (record == kRootRecord && of != nullptr) {
    if (of->name_count == 0) return {{"/", std::nullopt}};
    return {{"/", names_[of->first_name].times}};
  }
  if (of == nullptr || of->name_count == 0)
    return {{fmt::format("{}/OrphanFile-{}", kOrphans, record), std::nullopt, kOrphan}};
  std::vector<PathAndTimes> all;
  for (u32 i = 0; i < of->name_count; ++i) {
    const FileName& name = names_[of->first_name + i];
    FolderPath folder = folder_path(name.parent);
    const auto lost = lost_names_.find(record);
    all.push_back({std::move(folder.path) + "/" + name.name, name.times,
                   lost == lost_names_.end() ? folder.source : lost->second});
  }
  return all;
}

std::optional<std::string> PathIndex::short_name(u64 record) const {
  const auto found = short_names_.find(record);
  if (found == short_names_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> PathIndex::paths_named(std::string_view lower_case_name) const {
  std::vector<std::string> all;
  for (const Entry& entry : entries_) {
    if (!entry.known) continue;
    for (u32 i = 0; i < entry.name_count; ++i) {
      const FileName& name = names_[entry.first_name + i];
      if (name.name.size() == lower_case_name.size() && ascii_lower(name.name) == lower_case_name)
        all.push_back(folder_path(name.parent).path + "/" + name.name);
    }
  }
  return all;
}

bool PathIndex::root_holds(std::string_view lower_case_name) const {
  for (const Entry& entry : entries_) {
    if (!entry.known || !entry.in_use) continue;
    for (u32 i = 0; i < entry.name_count; ++i) {
      const FileName& name = names_[entry.first_name + i];
      if (name.parent.record == kRootRecord && ascii_lower(name.name) == lower_case_name)
        return true;
    }
  }
  return false;
}

} // namespace coldsweep
