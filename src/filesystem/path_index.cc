// SPDX-License-Identifier: Apache-2.0
#include "filesystem/path_index.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u8 kDosNamespace = 2;
constexpr std::string_view kOrphans = "/$OrphanFiles", kDeep = "/$TooDeep";

/// UTF-16 units of valid UTF-8: a code point of four bytes takes two.
u64 units_of(std::string_view utf8) {
  u64 units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80 ? 1 : 0;
    units += byte >= 0xF0 ? 1 : 0;
  }
  return units;
}

bool is_named(const std::string& name, std::string_view lower_case) {
  return name.size() == lower_case.size() && ascii_lower(name) == lower_case;
}

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

u64 PathIndex::add(u64 record, u16 sequence, bool in_use, std::vector<FileName> names) {
  const bool has_long = std::any_of(
      names.begin(), names.end(), [](const FileName& n) { return n.name_space != kDosNamespace; });
  for (FileName& name : names)
    if (has_long && name.name_space == kDosNamespace)
      short_names_.try_emplace(record, std::move(name.name));
  if (has_long)
    std::erase_if(names, [](const FileName& n) { return n.name_space == kDosNamespace; });
  const u64 left_out = saturating_subtract(names.size(), kMostNames);
  if (left_out > 0) names.resize(kMostNames);

  if (entries_.size() <= record) entries_.resize(record + 1);
  entries_[record] = {static_cast<u32>(names_.size()), sequence, static_cast<u16>(names.size()),
                      true, in_use};
  nameless_ += names.empty() && record >= kFirstUserRecord ? 1 : 0;
  std::move(names.begin(), names.end(), std::back_inserter(names_));
  return left_out;
}

bool PathIndex::lacks_name(const FileReference& file) const {
  const Entry* of = entry(file.record);
  return of != nullptr && of->name_count == 0 && is_meant(*of, file);
}

bool PathIndex::add_lost_name(const FileReference& file, FileName name, std::string_view source) {
  if (!lacks_name(file)) return false;
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

/// Folders may contain each other. R. P. Brent's way to see it ("An improved Monte Carlo
/// factorization algorithm", 1980) needs no memory: a folder is compared with one met before, which
/// is replaced after 1, 2, 4, ... steps.
PathIndex::FolderPath PathIndex::folder_path(const FileReference& parent, u64 name_units) const {
  std::vector<const std::string*> folders;
  FileReference at = parent;
  std::string path;
  std::string_view source;
  u64 units = 1 + name_units, met = ~u64{0};
  std::size_t replace_after = 1;
  const bool root_is_lost = entry(kRootRecord) == nullptr; // then its number is trusted
  while (at.record != kRootRecord || (!root_is_lost && !hangs_in(at))) {
    const Entry* folder = entry(at.record);
    const bool circular = at.record == met;
    if (circular) folders.clear();
    if (circular || !hangs_in(at) || folder->name_count == 0) {
      path = kOrphans;
      source = kOrphan;
      break;
    }
    const FileName& name = names_[folder->first_name];
    units += 1 + units_of(name.name);
    if (units > kMostPathUnits) {
      cut(folders, name_units);
      path = kDeep;
      source = kTooDeep;
      break;
    }
    if (!folder->in_use) source = kDeletedFolders;
    folders.push_back(&name.name);
    if (folders.size() == replace_after) {
      met = at.record;
      replace_after *= 2;
    }
    at = name.parent;
  }
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
    path.append("/").append(**folder);
  return {std::move(path), source};
}

/// Keeps the folders next to the name.
void PathIndex::cut(std::vector<const std::string*>& folders, u64 name_units) {
  u64 units = kDeep.size() + 1 + name_units;
  const auto end = std::find_if(folders.begin(), folders.end(), [&](const std::string* folder) {
    units += 1 + units_of(*folder);
    return units > kCutPathUnits;
  });
  folders.erase(end, folders.end());
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
  u64 units = 0;
  for (u32 i = 0; i < of->name_count && units <= kMostUnitsOfRecord; ++i) {
    const FileName& name = names_[of->first_name + i];
    const u64 name_units = units_of(name.name);
    FolderPath folder = folder_path(name.parent, name_units);
    if (of->name_count > 1) units += units_of(folder.path) + 1 + name_units;
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

PathIndex::FoundPaths PathIndex::paths_ending(std::string_view lower_case_folder,
                                              std::string_view lower_case_name,
                                              std::size_t most) const {
  FoundPaths found;
  for (const Entry& of : entries_) {
    if (!of.known) continue;
    for (u32 i = 0; i < of.name_count; ++i) {
      const FileName& name = names_[of.first_name + i];
      if (!is_named(name.name, lower_case_name) || !hangs_in(name.parent)) continue;
      const Entry& folder = entries_[name.parent.record];
      if (folder.name_count == 0 || !is_named(names_[folder.first_name].name, lower_case_folder))
        continue;
      if (found.paths.size() == most)
        ++found.left_out;
      else
        found.paths.push_back(folder_path(name.parent, units_of(name.name)).path + "/" + name.name);
    }
  }
  return found;
}

PathIndex::LongPaths PathIndex::long_paths() const {
  constexpr u16 kUnknown = 0, kOpen = 0xFFFF; // anything else: the units and 1
  std::vector<u16> lengths(entries_.size(), kUnknown);
  std::vector<u64> chain;
  const bool root_is_lost = entry(kRootRecord) == nullptr;
  const auto folder_units = [&](FileReference at) -> u64 {
    u64 units = 0;
    for (chain.clear(); at.record != kRootRecord || (!root_is_lost && !hangs_in(at));
         at = names_[entries_[at.record].first_name].parent) {
      units = kOrphans.size();
      if (!hangs_in(at) || entries_[at.record].name_count == 0 || lengths[at.record] == kOpen)
        break;
      if (lengths[at.record] != kUnknown) {
        units = lengths[at.record] - u64{1};
        break;
      }
      lengths[at.record] = kOpen;
      chain.push_back(at.record);
      units = 0;
    }
    for (auto record = chain.rbegin(); record != chain.rend(); ++record) {
      units += 1 + units_of(names_[entries_[*record].first_name].name);
      units = std::min(units, kMostPathUnits);
      lengths[*record] = static_cast<u16>(units + 1);
    }
    return units;
  };
  LongPaths found;
  for (u64 record = 0; record < entries_.size(); ++record) {
    const Entry& of = entries_[record];
    u64 all = 0, cut = 0;
    for (u32 i = 0; of.known && i < of.name_count; ++i) {
      const FileName& name = names_[of.first_name + i];
      const u64 units = folder_units(name.parent) + 1 + units_of(name.name);
      cut += units > kMostPathUnits ? 1 : 0;
      if (of.name_count > 1 && all > kMostUnitsOfRecord) {
        if (found.files_listed++ == 0) found.first_listed = record;
        break;
      }
      all += units > kMostPathUnits ? kCutPathUnits : units;
    }
    if (found.cut == 0 && cut > 0) found.first_cut = record;
    found.cut += cut;
  }
  return found;
}

bool PathIndex::root_holds(std::string_view lower_case_name) const {
  for (const Entry& entry : entries_) {
    if (!entry.known || !entry.in_use) continue;
    for (u32 i = 0; i < entry.name_count; ++i) {
      const FileName& name = names_[entry.first_name + i];
      if (name.parent.record == kRootRecord && is_named(name.name, lower_case_name)) return true;
    }
  }
  return false;
}

} // namespace coldsweep
