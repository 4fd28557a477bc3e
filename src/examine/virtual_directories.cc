// SPDX-License-Identifier: Apache-2.0
#include "examine/virtual_directories.h"

#include "base/text.h"
#include "filesystem/suspicious_names.h"
#include "weigh/content_facts.h"
#include "weigh/place_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostTag = 2048;
constexpr std::size_t kMostDirectories = 1000;
constexpr int kHiddenNamePoints = 25, kKnownNamePoints = 15;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The five entities of XML and ASCII character references; others stay as they are.
std::string resolved(std::string_view value) {
  constexpr std::array<std::pair<std::string_view, char>, 5> entities{{
      {"amp", '&'},
      {"lt", '<'},
      {"gt", '>'},
      {"quot", '"'},
      {"apos", '\''},
  }};
  const auto character = [&](std::string_view entity) -> std::optional<char> {
    for (const auto& [name, c] : entities)
      if (entity == name) return c;
    if (!entity.starts_with('#')) return std::nullopt;
    const bool base16 = entity.size() > 1 && (entity[1] == 'x' || entity[1] == 'X');
    const std::string_view digits = entity.substr(base16 ? 2 : 1);
    unsigned code = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, code, base16 ? 16 : 10);
    if (error != std::errc() || stop != end || code == 0 || code > 0x7E) return std::nullopt;
    return static_cast<char>(code);
  };
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::size_t end = value[i] == '&' ? value.find(';', i) : std::string_view::npos;
    const std::optional<char> c = end == std::string_view::npos || end - i > 10
                                      ? std::nullopt
                                      : character(value.substr(i + 1, end - i - 1));
    text += c ? *c : value[i];
    if (c) i = end;
  }
  return text;
}

/// The end of the tag that begins at `from`, past quoted values; npos if it has none.
std::size_t end_of_tag(std::string_view text, std::size_t from) {
  char quote = 0;
  const std::size_t limit = std::min(text.size(), from + kMostTag);
  for (std::size_t i = from; i < limit; ++i) {
    const char c = text[i];
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      return i;
  }
  return std::string_view::npos;
}

/// The value of an attribute of a tag, unparsed; empty if there is none. `name` is in lower case.
std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t i = 0; i < tag.size();) {
    while (i < tag.size() && is_space(tag[i])) ++i;
    const std::size_t begin = i;
    while (i < tag.size() && tag[i] != '=' && !is_space(tag[i])) ++i;
    const std::string_view key = tag.substr(begin, i - begin);
    while (i < tag.size() && is_space(tag[i])) ++i;
    if (i >= tag.size() || tag[i] != '=') continue; // no value: the next word
    do ++i;
    while (i < tag.size() && is_space(tag[i]));
    if (i >= tag.size() || (tag[i] != '"' && tag[i] != '\'')) continue;
    const std::size_t close = tag.find(tag[i], i + 1);
    if (close == std::string_view::npos) return {};
    if (ascii_lower(key) == name) return tag.substr(i + 1, close - i - 1);
    i = close + 1;
  }
  return {};
}

/// Names of the folders, lower case, without the drive.
PathPattern folders_of(const std::string& physical_path) {
  std::string path = ascii_lower(physical_path);
  std::replace(path.begin(), path.end(), '\\', '/');
  for (const auto& [variable, value] :
       {std::pair("%systemdrive%"sv, ""sv), std::pair("%programdata%"sv, "/programdata"sv),
        std::pair("%allusersprofile%"sv, "/programdata"sv)})
    if (path.starts_with(variable)) path.replace(0, variable.size(), value);
  PathPattern folders = cut_path(path);
  // `C:`, and `\\?\C:` or `\\.\C:`, by which a device name can be reached
  while (!folders.empty() &&
         (folders.front().ends_with(':') || folders.front() == "?" || folders.front() == "."))
    folders.erase(folders.begin());
  return folders;
}

/// Why a physical path is suspicious, with points; empty if it isn't.
std::vector<Reason> oddity(const PathPattern& folders, int points) {
  const bool hidden = std::any_of(folders.begin(), folders.end(), [](const std::string& folder) {
    return folder != "." && folder != ".." && !suspicious_name(folder).empty();
  });
  const bool in_users = folders.size() >= 2 && folders[0] == "users" && folders[1] == "all users";
  const bool shared = in_users || (!folders.empty() && folders[0] == "programdata");
  if (!hidden && !shared) return {};

  std::vector<Reason> why{{shared ? "a web server serves a folder below ProgramData"
                                  : "a web server serves a folder that Win32 hides",
                           points}};
  // Seen after ProxyShell, beside reserved names.
  constexpr std::array known{"who"sv, "zing"sv, "zoo"sv, "xyz"sv};
  if (hidden)
    why.push_back({"the folder has a name that Win32 hides", kHiddenNamePoints});
  else if (std::find(known.begin(), known.end(), folders.back()) != known.end())
    why.push_back({"the folder has a name known from attacks", kKnownNamePoints});
  return why;
}

} // namespace

std::vector<VirtualDirectory> virtual_directories(ByteView config) {
  const PlainText plain = plain_text(config, kMostIisConfiguration);
  const std::string lower = ascii_lower(plain.text);
  const std::string_view text = plain.text;
  constexpr std::string_view tag = "<virtualdirectory", comment = "<!--", comment_end = "-->";
  std::vector<VirtualDirectory> found;
  for (std::size_t at = 0; (at = lower.find('<', at)) != std::string::npos;) {
    if (std::string_view(lower).substr(at).starts_with(comment)) {
      const std::size_t end = lower.find(comment_end, at + comment.size());
      if (end == std::string::npos) break;
      at = end + comment_end.size();
      continue;
    }
    const std::size_t begin = at++;
    const std::size_t after = begin + tag.size();
    if (!std::string_view(lower).substr(begin).starts_with(tag) || after >= text.size() ||
        !is_space(text[after]))
      continue;
    const std::size_t end = end_of_tag(text, after);
    if (end == std::string_view::npos) continue;
    const std::string_view attributes = text.substr(after, end - after);
    found.push_back({resolved(attribute(attributes, "path")),
                     resolved(attribute(attributes, "physicalpath")),
                     plain.skipped + begin * plain.stride, (end + 1 - begin) * plain.stride});
    if (found.size() == kMostDirectories) break;
    at = end;
  }
  return found;
}

std::vector<Finding> hidden_virtual_directories(ByteView config, int points) {
  std::vector<Finding> findings;
  for (const VirtualDirectory& directory : virtual_directories(config)) {
    std::vector<Reason> why = oddity(folders_of(directory.physical_path), points);
    if (why.empty()) continue;
    Finding finding;
    finding.cause = Anomaly{"hidden_virtual_directory",
                            fmt::format("`{}` is served from `{}`", printable(directory.path),
                                        printable(directory.physical_path))};
    finding.why = std::move(why);
    Match& match = finding.matches.emplace_back();
    match.id = "virtualDirectory";
    match.offset = directory.offset;
    match.length = directory.length;
    show_match(config, directory.offset, match);
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool is_iis_configuration(std::string_view path, std::string_view stream_name) {
  return stream_name.empty() && ascii_lower(path).ends_with("/applicationhost.config");
}

} // namespace coldsweep
