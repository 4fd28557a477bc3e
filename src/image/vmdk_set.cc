// SPDX-License-Identifier: Apache-2.0
// "Virtual Disk Format 5.0", VMware technical note. Integers are little-endian, offsets are in
// sectors.
#include "image/vmdk_set.h"

#include "base/endian.h"
#include "base/error.h"
#include "base/text.h"
#include "image/foreign_container.h"
#include "image/text_encoding.h"
#include "image/vmdk_grains.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512, kHeader = 512;
constexpr u64 kMostMedia = u64{1} << 60;
constexpr std::size_t kMostDescriptor = 1 << 20, kMostExtents = 4096;

[[noreturn]] void broken(const EvidenceFile& file, u64 offset, std::string_view what) {
  throw FormatError(fmt::format("{}: offset {}: {}", file.path().string(), offset, what));
}

bool is_sparse(const EvidenceFile& file) { return chars_of(file.bytes(0, 4)) == "KDMV"; }

/// The text of the descriptor, which a sparse file embeds.
std::string descriptor_text(const EvidenceFile& file) {
  u64 offset = 0, length = file.size;
  if (is_sparse(file)) {
    const std::vector<std::byte> header = file.bytes(0, kHeader);
    offset = little<u64>(header, 28).value_or(0);
    length = little<u64>(header, 36).value_or(0);
    if (offset == 0)
      broken(file, 28,
             "an extent without a descriptor of its own: name the .vmdk file that holds the "
             "descriptor");
    const auto start = checked_multiply(offset, kSector), size = checked_multiply(length, kSector);
    if (!start || !size || !fits(*start, *size, file.size))
      broken(file, 28,
             fmt::format("a descriptor at sector {}, but the file has {} bytes: truncated", offset,
                         file.size));
    offset = *start;
    length = *size;
  } else if (chars_of(file.bytes(0, 4)) == "COWD") {
    broken(file, 0, "an ESX sparse extent: name the .vmdk file that holds the descriptor");
  }
  if (length > kMostDescriptor)
    broken(file, offset,
           fmt::format("a descriptor of {} bytes, at most {} expected", length, kMostDescriptor));
  const std::vector<std::byte> bytes = file.bytes(offset, length);
  std::string text(chars_of(bytes));
  text.resize(std::min(text.find('\0'), text.size()));
  if (!text.starts_with("# Disk DescriptorFile"))
    broken(file, offset, "`# Disk DescriptorFile` was expected");
  return text;
}

struct Extent {
  u64 sectors = 0, start = 0;
  std::string access, type, name;
};

struct Descriptor {
  std::string create_type, encoding;
  std::string parent, parent_name; ///< of a snapshot
  std::vector<Extent> extents;
};

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> result;
  while (!line.empty() && result.size() < 8) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) break;
    const bool quoted = line[begin] == '"';
    const std::size_t from = begin + (quoted ? 1 : 0);
    const std::size_t end =
        std::min(line.find_first_of(quoted ? "\"" : " \t\r", from), line.size());
    result.push_back(line.substr(from, end - from));
    line.remove_prefix(std::min(end + (quoted ? 1 : 0), line.size()));
  }
  return result;
}

std::optional<u64> number(std::string_view text) {
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `RW 4192256 SPARSE "disk-s001.vmdk"`, followed by a start sector if flat. Absent for any other
/// line.
std::optional<Extent> parse_extent(std::string_view line) {
  const std::vector<std::string_view> parts = words(line);
  if (parts.size() < 3 || (parts[0] != "RW" && parts[0] != "RDONLY" && parts[0] != "NOACCESS"))
    return std::nullopt;
  const std::optional<u64> sectors = number(parts[1]);
  if (!sectors) return std::nullopt;
  Extent extent{*sectors, 0, std::string(parts[0]), std::string(parts[2]), {}};
  if (parts.size() > 3) extent.name = parts[3];
  if (parts.size() > 4) extent.start = number(parts[4]).value_or(0);
  return extent;
}

/// The first word of the value, if the line gives that key. `lower` is the line in lower case.
std::optional<std::string> value_of(std::string_view line, std::string_view lower,
                                    std::string_view key) {
  if (!lower.starts_with(key)) return std::nullopt;
  const std::vector<std::string_view> parts = words(line.substr(key.size()));
  return parts.empty() ? std::nullopt : std::optional(std::string(parts.front()));
}

void check_parent(const EvidenceFile& file, const Descriptor& descriptor) {
  const std::string parent = ascii_lower(descriptor.parent);
  if (parent.empty() || parent == "ffffffff" || parent == "0") return;
  broken(file, 0,
         fmt::format("a snapshot (parentCID {}, parent `{}`), which holds only changes to its "
                     "parent: it can't be examined alone; with its parents beside it, {}",
                     printable(std::string_view(parent).substr(0, 16)),
                     printable(std::string_view(descriptor.parent_name).substr(0, 256)),
                     qemu_advice(file.path())));
}

void check_type(const EvidenceFile& file, const Extent& extent) {
  constexpr std::array known{"FLAT", "SPARSE", "ZERO", "VMFS", "VMFSSPARSE"};
  if (std::find(known.begin(), known.end(), extent.type) != known.end()) return;
  broken(file, 0,
         fmt::format("an extent of type `{}`, which can't be read directly; {}",
                     printable(extent.type),
                     extent.type == "SESPARSE" ? qemu_advice(file.path())
                                               : "acquire the disk that it stands for"));
}

std::string create_type(const EvidenceFile& file, std::string_view line) {
  const std::vector<std::string_view> parts = words(line.substr(line.find('=') + 1));
  const auto is_letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (parts.empty() || parts.front().size() > 64 ||
      !std::all_of(parts.front().begin(), parts.front().end(), is_letter_or_digit))
    broken(file, 0, "the descriptor's createType is not a name");
  return std::string(parts.front());
}

Descriptor read_descriptor(const EvidenceFile& file) {
  const std::string text = descriptor_text(file);
  Descriptor descriptor;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const std::string lower = ascii_lower(line);
    if (auto value = value_of(line, lower, "encoding=")) descriptor.encoding = std::move(*value);
    if (auto value = value_of(line, lower, "parentcid=")) descriptor.parent = std::move(*value);
    if (auto value = value_of(line, lower, "parentfilenamehint="))
      descriptor.parent_name = std::move(*value);
    if (lower.starts_with("createtype=")) descriptor.create_type = create_type(file, line);
    if (auto extent = parse_extent(line)) descriptor.extents.push_back(std::move(*extent));
    if (descriptor.extents.size() > kMostExtents)
      broken(file, 0, fmt::format("more than {} extents", kMostExtents));
    begin = end + 1;
  }
  check_parent(file, descriptor);
  if (descriptor.extents.empty()) broken(file, 0, "the descriptor names no extent");
  return descriptor;
}

bool names_file(std::string_view name) {
  return !name.empty() && name.find_first_of("/\\") == std::string_view::npos && name != "." &&
         name != ".." && name.find('\0') == std::string_view::npos;
}

/// How the file with the extent may be called: as in the descriptor, byte by byte, or the same in
/// UTF-8. An extent is in the same folder as its descriptor: a name with a path in it could lead to
/// any file on this machine.
std::vector<std::string> extent_names(const EvidenceFile& descriptor, const std::string& encoding,
                                      const std::string& name) {
  std::vector<std::string> names;
  if (names_file(name)) names.push_back(name);
  // VMware for Windows wrote its code page before it named the encoding.
  for (const std::string_view from :
       {std::string_view(encoding), std::string_view("windows-1252")}) {
    if (is_utf8(name) && from != encoding) continue;
    const std::optional<std::string> other = utf8_of(name, from);
    if (other && names_file(*other) && std::find(names.begin(), names.end(), *other) == names.end())
      names.push_back(*other);
  }
  if (names.empty())
    broken(descriptor, 0,
           fmt::format("the extent `{}`: the name of a file beside the descriptor was expected",
                       printable(name)));
  return names;
}

EvidenceFile open_extent(const EvidenceFile& descriptor, const std::vector<std::string>& names) {
  const std::filesystem::path folder = descriptor.path().parent_path();
  std::error_code ignored;
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return std::filesystem::exists(folder / name, ignored);
  });
  try {
    return open_evidence_file(folder / (found == names.end() ? names.back() : *found));
  } catch (const UsageError& e) {
    throw FormatError(fmt::format("{}: an extent of the disk is missing: {}",
                                  descriptor.path().string(), printable(e.what())));
  }
}

void check_extent(const EvidenceFile& file, const Extent& extent) {
  if (is_sparse(file)) return check_sparse_extent(file);
  if (extent.type != "FLAT" && extent.type != "VMFS") return;
  const auto start = checked_multiply(extent.start, kSector),
             length = checked_multiply(extent.sectors, kSector);
  if (!start || !length || !fits(*start, *length, file.size))
    broken(file, file.size,
           fmt::format(
               "the descriptor claims {} sectors from sector {}, the file has {} bytes: truncated",
               extent.sectors, extent.start, file.size));
}

/// `file` is null for an extent of zeros, which has no file.
std::string extent_line(const Extent& extent, const EvidenceFile* file) {
  std::string line = fmt::format("{} {} {}", extent.access, extent.sectors, extent.type);
  if (file == nullptr) return line + '\n';
  line += fmt::format(" \"{}\"", file->file.descriptor());
  if (extent.type == "FLAT") line += fmt::format(" {}", extent.start);
  return line + '\n';
}

} // namespace

VmdkSet open_vmdk_set(const std::filesystem::path& path) {
  VmdkSet set;
  set.files.push_back(open_evidence_file(path));
  const Descriptor given = read_descriptor(set.files.front());
  const bool monolithic = is_sparse(set.files.front());
  if (monolithic && given.extents.size() != 1)
    broken(
        set.files.front(), 0,
        fmt::format("a monolithic disk with {} extents: one was expected", given.extents.size()));
  std::string text =
      fmt::format("# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
                  "createType=\"{}\"\n\n# Extent description\n",
                  given.create_type);
  u64 at = 0; // in the media
  UnstoredRanges unstored;
  for (const Extent& extent : given.extents) {
    const std::optional<u64> length = checked_multiply(extent.sectors, kSector);
    if (!length || saturating_add(at, *length) > kMostMedia)
      broken(set.files.front(), 0,
             fmt::format("an extent of {} sectors at media offset {}: more than any disk has",
                         extent.sectors, at));
    check_type(set.files.front(), extent);
    const bool zeros = extent.type == "ZERO";
    if (!monolithic && !zeros)
      set.files.push_back(open_extent(
          set.files.front(), extent_names(set.files.front(), given.encoding, extent.name)));
    if (!zeros) check_extent(set.files.back(), extent);
    if (zeros)
      unstored.add(at, *length, true);
    else if (is_sparse(set.files.back()))
      add_unstored(set.files.back(), at, *length, unstored);
    at += *length;
    text += extent_line(extent, zeros ? nullptr : &set.files.back());
  }
  text += "\n# The Disk Data Base\n#DDB\n";
  set.unstored = unstored.take();
  set.descriptor = File::in_memory();
  set.descriptor.write(0, bytes_of(text));
  return set;
}

} // namespace coldsweep
