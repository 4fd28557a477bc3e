// SPDX-License-Identifier: Apache-2.0
#include "image/segment_names.h"

#include "base/error.h"
#include "image/disk_start.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSegments = 100000;
// How far past a gap a later segment is searched for.
constexpr std::size_t kGapSearch = 1000, kLetterGapSearch = 26;

/// A file name split into what all segments share and what counts them.
struct NumberedName {
  fs::path folder;
  std::string stem;   ///< with the dot
  std::string suffix; ///< `001`, `aa`, ...
  bool digits = false;

  fs::path with(const std::string& other) const { return folder / (stem + other); }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all(const std::string& text, char least, char greatest) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return c >= least && c <= greatest; });
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool counts(const std::string& suffix, bool& digits) {
  if (suffix.empty() || suffix.size() > 8) return false;
  digits = all(suffix, '0', '9');
  if (suffix.size() < 2) return digits;
  return digits || all(suffix, 'a', 'z') || all(suffix, 'A', 'Z');
}

std::optional<u64> number_of(const std::string& digits) {
  u64 number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Absent when the name does not count segments.
std::optional<NumberedName> numbered_name(const fs::path& path) {
  const std::string name = path.filename().string();
  NumberedName result{path.parent_path(), {}, {}, false};
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0)
    result.stem = name.substr(0, dot + 1);
  else if (name.size() == 3 && name.front() == 'x') // split(1) without a prefix
    result.stem = "x";
  else
    return std::nullopt;
  result.suffix = name.substr(result.stem.size());
  if (!counts(result.suffix, result.digits)) return std::nullopt;
  return result;
}

/// Whether the suffix can be the first: 0, 1, or all `a`.
bool is_first_suffix(const NumberedName& name) {
  if (name.digits) return number_of(name.suffix).value_or(2) <= 1;
  return all(name.suffix, 'a', 'a') || all(name.suffix, 'A', 'A');
}

/// The suffixes that may follow: the next number, and what split(1) writes when it widens.
std::vector<std::string> followers(const std::string& suffix, bool digits) {
  std::vector<std::string> names;
  if (const auto next = next_suffix(suffix, digits)) names.push_back(*next);
  if (const auto wide = widened_suffix(suffix, digits)) names.push_back(*wide);
  return names;
}

std::optional<std::string> existing_follower(const NumberedName& name, const std::string& suffix) {
  for (const std::string& next : followers(suffix, name.digits))
    if (is_there(name.with(next))) return next;
  return std::nullopt;
}

/// Throws if the segment after `last` is missing, but a later one exists.
void check_no_gap(const NumberedName& name, const std::string& last) {
  const std::optional<std::string> missing = next_suffix(last, name.digits);
  std::optional<std::string> later = missing;
  const std::size_t most = name.digits ? kGapSearch : kLetterGapSearch;
  for (std::size_t i = 0; i < most && later; ++i) {
    later = next_suffix(*later, name.digits);
    if (later && is_there(name.with(*later)))
      throw FormatError(fmt::format("{}: is missing, but the image continues in {}",
                                    name.with(*missing).string(), name.with(*later).string()));
  }
}

bool file_begins_like_disk(const fs::path& path) {
  std::array<char, kDiskStart> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  const std::string_view bytes(start.data(), static_cast<std::size_t>(file.gcount()));
  return begins_like_disk(bytes_of(bytes));
}

/// Throws if the segment is not the first of its image. Its name alone doesn't decide: a disk may
/// be called `server-10.0.0.120` or `image.20210315`.
void check_is_first(const NumberedName& name, const fs::path& given) {
  if (is_first_suffix(name) || file_begins_like_disk(given)) return;
  for (const std::string& number : {std::string("0"), std::string("1")}) {
    if (!name.digits) break;
    const std::string suffix = std::string(name.suffix.size() - 1, '0') + number;
    if (suffix < name.suffix && is_there(name.with(suffix)))
      throw UsageError(fmt::format("{}: is not the first segment: name {}", given.string(),
                                   name.with(suffix).string()));
  }
  // Many names that count nothing end in two digits or letters. Three digits are what splitting
  // tools write.
  if (name.digits && name.suffix.size() >= 3 && !is_first_suffix(name))
    throw FormatError(fmt::format(
        "{}: looks like a later segment of a split image, and {} is missing", given.string(),
        name.with(std::string(name.suffix.size() - 1, '0') + "1").string()));
}

} // namespace

std::optional<std::string> next_suffix(const std::string& suffix, bool digits) {
  if (digits) {
    const std::optional<u64> number = number_of(suffix);
    if (!number) return std::nullopt;
    return fmt::format("{:0{}}", *number + 1, suffix.size());
  }
  std::string next = suffix;
  for (std::size_t i = next.size(); i-- > 0;) {
    const bool last = next[i] == 'z' || next[i] == 'Z';
    if (!last) {
      ++next[i];
      return next;
    }
    next[i] = next[i] == 'z' ? 'a' : 'A';
  }
  return std::nullopt;
}

std::optional<std::string> widened_suffix(const std::string& suffix, bool digits) {
  const char last = digits ? '9' : 'z', before = digits ? '8' : 'y', first = digits ? '0' : 'a';
  const std::size_t lead = suffix.find_first_not_of(last);
  if (lead == std::string::npos || suffix[lead] != before) return std::nullopt;
  const std::string rest = suffix.substr(lead + 1);
  if (rest.empty() || rest.find_first_not_of(last) != std::string::npos) return std::nullopt;
  return std::string(lead + 1, last) + std::string(rest.size() + 2, first);
}

fs::path target_of_link(const fs::path& given, bool set_is_beside) {
  std::error_code error;
  if (set_is_beside || !fs::is_symlink(given, error)) return given;
  const fs::path target = fs::canonical(given, error);
  return error ? given : target;
}

std::vector<fs::path> raw_siblings(const fs::path& given) {
  const std::optional<NumberedName> given_name = numbered_name(given);
  const fs::path first = target_of_link(
      given, given_name && existing_follower(*given_name, given_name->suffix).has_value());
  std::vector<fs::path> segments{first};
  const std::optional<NumberedName> name = numbered_name(first);
  if (!name) return segments;
  check_is_first(*name, first);
  if (!is_first_suffix(*name)) return segments;
  std::string suffix = name->suffix;
  while (const std::optional<std::string> next = existing_follower(*name, suffix)) {
    // One digit is more often a number of something else: `10.0.0.1` and `10.0.0.2` are two disks.
    if (suffix.size() == 1 && file_begins_like_disk(name->with(*next))) return segments;
    suffix = *next;
    segments.push_back(name->with(suffix));
    if (segments.size() > kMostSegments)
      throw FormatError(fmt::format("{}: more than {} segments", first.string(), kMostSegments));
  }
  check_no_gap(*name, suffix);
  return segments;
}

void check_raw_order(const std::vector<fs::path>& segments) {
  std::vector<NumberedName> names;
  for (const fs::path& segment : segments) {
    const std::optional<NumberedName> name = numbered_name(segment);
    if (!name || (!names.empty() &&
                  (name->stem != names.front().stem || name->digits != names.front().digits)))
      return; // names that don't count say nothing about the order
    names.push_back(*name);
  }
  check_is_first(names.front(), segments.front());
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    const std::vector<std::string> expected = followers(names[i].suffix, names[i].digits);
    if (std::find(expected.begin(), expected.end(), names[i + 1].suffix) == expected.end())
      throw FormatError(fmt::format(
          "{}: follows {}, where {} was expected: a segment is missing or out of order",
          segments[i + 1].string(), segments[i].string(),
          expected.empty() ? "no further one" : names[i].with(expected.front()).string()));
  }
  if (const auto further = existing_follower(names.back(), names.back().suffix))
    throw UsageError(
        fmt::format("{}: exists, but was not named: name all segments, or only the first",
                    names.back().with(*further).string()));
  check_no_gap(names.back(), names.back().suffix);
}

std::optional<fs::path> ewf_segment_path(const fs::path& first, u32 number) {
  std::string extension = first.extension().string(); // ".E01"
  if (extension.size() != 4 || !is_digit(extension[2]) || !is_digit(extension[3]) || number == 0)
    return std::nullopt;
  const bool lower = extension[1] >= 'a' && extension[1] <= 'z';
  if (!lower && !(extension[1] >= 'A' && extension[1] <= 'Z')) return std::nullopt;
  if (number <= 99) {
    extension = fmt::format(".{}{:02}", extension[1], number);
  } else { // .E99 is followed by .EAA ... .EZZ, .FAA ... .ZZZ
    const u32 beyond = number - 100;
    const u32 letter = static_cast<u32>(extension[1] - (lower ? 'a' : 'A')) + beyond / 676;
    if (letter > 25) return std::nullopt;
    const char a = lower ? 'a' : 'A';
    extension = {'.', static_cast<char>(a + letter), static_cast<char>(a + beyond % 676 / 26),
                 static_cast<char>(a + beyond % 26)};
  }
  fs::path path = first;
  return path.replace_extension(extension);
}

} // namespace coldsweep
