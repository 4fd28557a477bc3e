// SPDX-License-Identifier: Apache-2.0
#include "image/ddrescue_map.h"

#include "base/error.h"

#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kUnread = "?*/-"; // not tried, not trimmed, not scraped, bad

/// Decimal, octal with a leading 0, or hexadecimal with a leading 0x.
std::optional<u64> number_of(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  u64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

} // namespace

std::vector<MediaRange> read_ddrescue_map(const std::filesystem::path& map) {
  std::ifstream file(map);
  if (!file) throw UsageError(fmt::format("{}: the map can't be opened", map.string()));
  std::vector<MediaRange> unread;
  bool after_status = false; // the first line holds the state of the run, not a range
  std::string line;
  for (u64 number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string at, length, status;
    words >> at >> length >> status;
    if (!after_status && number_of(at)) {
      after_status = true;
      continue;
    }
    const std::optional<u64> offset = number_of(at), size = number_of(length);
    if (!offset || !size || status.size() != 1 ||
        (status != "+" && kUnread.find(status) == std::string_view::npos))
      throw UsageError(fmt::format("{}: line {}: expected the offset, size and status of a range, "
                                   "as GNU ddrescue writes them",
                                   map.string(), number));
    if (status != "+") unread.push_back({*offset, *size});
  }
  if (!after_status)
    throw UsageError(fmt::format("{}: is not a map of GNU ddrescue", map.string()));
  return unread;
}

} // namespace coldsweep
