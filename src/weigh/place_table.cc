// SPDX-License-Identifier: Apache-2.0
#include "weigh/place_table.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "yara-rules/builtin_places.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace coldsweep {
namespace {

constexpr int kMostPoints = 100;
constexpr u64 kMostTableBytes = 4_MiB;

/// Greedy match that backtracks only to the last star: the cost is at most the product of both
/// lengths.
template <typename Pattern, typename Text, typename IsStar, typename Fits>
bool matches_with_stars(const Pattern& pattern, const Text& text, IsStar is_star, Fits fits) {
  std::size_t p = 0, t = 0, star = pattern.size(), retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && is_star(pattern[p])) {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && fits(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star < pattern.size()) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && is_star(pattern[p])) ++p;
  return p == pattern.size();
}

/// Reads a TOML table and rejects unknown keys, so that a misspelt key is not ignored.
class TableReader {
public:
  TableReader(const toml::table& table, std::string where, const std::string& file)
      : table_(table), where_(std::move(where)), file_(file) {}

  void allow(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        fail(node, fmt::format("{} has no `{}`", where_, printable(key.str())));
  }

  int points(std::string_view key, int least, int most, int otherwise = 0) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const std::optional<std::int64_t> number = node->value_exact<std::int64_t>();
    if (!number || *number < least || *number > most)
      fail(*node,
           fmt::format("{}: an integer from {} to {} expected for `{}`", where_, least, most, key));
    return static_cast<int>(*number);
  }

  std::string text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const std::optional<std::string> value = node->value_exact<std::string>();
    if (!value) fail(*node, fmt::format("{}: text expected for `{}`", where_, key));
    return *value;
  }

  bool flag(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return false;
    const std::optional<bool> value = node->value_exact<bool>();
    if (!value) fail(*node, fmt::format("{}: true or false expected for `{}`", where_, key));
    return *value;
  }

  /// In lower case.
  std::vector<std::string> texts(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    std::vector<std::string> all;
    if (array != nullptr)
      for (const toml::node& element : *array)
        if (const std::optional<std::string> value = element.value_exact<std::string>())
          all.push_back(ascii_lower(*value));
    if (array == nullptr || all.size() != array->size())
      fail(*node, fmt::format("{}: a list of texts expected for `{}`", where_, key));
    return all;
  }

  [[noreturn]] void fail(const std::string& why) const { fail(table_, why); }
  [[noreturn]] void fail(const toml::node& node, const std::string& why) const {
    throw UsageError(fmt::format("{}: line {}: {}", file_, node.source().begin.line, why));
  }

private:
  const toml::table& table_;
  std::string where_;
  const std::string& file_;
};

bool is_plain_name(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

PlaceRow place_row(const toml::table& table, const std::string& file) {
  const TableReader row(table, "a place", file);
  row.allow(
      {"name", "points", "what", "paths", "extensions", "contains", "at_least", "text", "served"});
  PlaceRow place{.name = row.text("name"),
                 .points = row.points("points", -kMostPoints, kMostPoints),
                 .what = row.text("what"),
                 .paths = {},
                 .extensions = row.texts("extensions"),
                 .contains = row.texts("contains"),
                 .text = row.flag("text"),
                 .served = row.flag("served")};
  if (!is_plain_name(place.name))
    row.fail("a place needs a `name` of lower-case letters, digits and underscores");
  for (const std::string& path : row.texts("paths")) {
    if (!path.starts_with('/') && !path.starts_with("**/"))
      row.fail(fmt::format("the path `{}` must begin with `/` or `**/`", printable(path)));
    place.paths.push_back(cut_path(path));
  }
  if (place.paths.empty() && place.extensions.empty() && place.contains.empty())
    row.fail(fmt::format("the place `{}` needs `paths`, `extensions` or `contains`", place.name));
  const auto all = static_cast<int>(std::min<std::size_t>(place.contains.size(), 1000));
  place.at_least = static_cast<u64>(row.points("at_least", std::min(all, 1), all, all));
  return place;
}

PlaceTable::Reasons reasons_of(const TableReader& from) {
  from.allow({"no_score", "known_bad", "unknown_in_web_root", "foreign_content", "known", "deleted",
              "slack", "strings_only", "mismatch", "look_alike", "random_name", "near"});
  const auto points = [&](const char* key) { return from.points(key, -kMostPoints, kMostPoints); };
  return {.no_score = points("no_score"),
          .known_bad = points("known_bad"),
          .unknown_in_web_root = points("unknown_in_web_root"),
          .foreign_content = points("foreign_content"),
          .known = points("known"),
          .deleted = points("deleted"),
          .slack = points("slack"),
          .strings_only = points("strings_only"),
          .mismatch = points("mismatch"),
          .look_alike = points("look_alike"),
          .random_name = points("random_name"),
          .near = points("near")};
}

PlaceTable::Near near_of(const TableReader& from) {
  from.allow({"minutes", "from", "beside", "most"});
  return {.minutes = static_cast<u64>(from.points("minutes", 0, 7 * 24 * 60)),
          .from = from.points("from", 0, kMostPoints),
          .beside = from.points("beside", 0, kMostPoints),
          .most = static_cast<u64>(from.points("most", 0, 1'000'000))};
}

/// Each table of an array of tables.
template <typename Use>
void for_each_row(const toml::table& table, const char* key, const TableReader& whole, Use&& use) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) whole.fail(*node, fmt::format("`[[{}]]` expected", key));
  for (const toml::node& element : *array) {
    const toml::table* row = element.as_table();
    if (row == nullptr) whole.fail(element, fmt::format("`[[{}]]` expected", key));
    use(*row);
  }
}

/// Null if there is none.
const toml::table* table_within(const toml::table& table, const char* key,
                                const TableReader& whole) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return nullptr;
  const toml::table* within = node->as_table();
  if (within == nullptr) whole.fail(*node, fmt::format("`[{}]` expected", key));
  return within;
}

PlaceTable table_of(const toml::table& toml, const std::string& file) {
  const TableReader whole(toml, "the table", file);
  whole.allow({"reasons", "near", "anomalies", "place", "look_alike"});
  PlaceTable table;
  const toml::table* reasons = table_within(toml, "reasons", whole);
  if (reasons == nullptr || !reasons->contains("no_score"))
    whole.fail("`[reasons]` with `no_score` expected");
  table.reasons = reasons_of({*reasons, "[reasons]", file});
  if (const toml::table* near = table_within(toml, "near", whole))
    table.near = near_of({*near, "[near]", file});
  if (const toml::table* anomalies = table_within(toml, "anomalies", whole))
    for (const auto& [key, node] : *anomalies)
      table.anomalies[std::string(key.str())] =
          TableReader(*anomalies, "[anomalies]", file).points(key.str(), 0, kMostPoints);
  for_each_row(toml, "place", whole,
               [&](const toml::table& row) { table.places.push_back(place_row(row, file)); });
  for_each_row(toml, "look_alike", whole, [&](const toml::table& row) {
    const TableReader reader(row, "a look-alike", file);
    reader.allow({"names", "of"});
    LookAlike& like =
        table.look_alikes.emplace_back(LookAlike{reader.texts("names"), reader.text("of")});
    if (like.names.empty() || like.of.empty()) reader.fail("a look-alike needs `names` and `of`");
  });
  return table;
}

} // namespace

PathPattern cut_path(std::string_view path) {
  PathPattern parts;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (end > start) parts.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool name_fits(std::string_view pattern, std::string_view name) {
  return matches_with_stars(
      pattern, name, [](char c) { return c == '*'; },
      [](char p, char c) { return p == '?' || p == c; });
}

bool path_fits(const PathPattern& pattern, const PathPattern& path) {
  return matches_with_stars(
      pattern, path, [](const std::string& part) { return part == "**"; },
      [](const std::string& p, const std::string& name) { return name_fits(p, name); });
}

PlaceTable PlaceTable::parse(std::string_view toml, const std::string& name) {
  try {
    PlaceTable table = table_of(toml::parse(toml), name);
    table.sha256 = sha256_of(toml);
    return table;
  } catch (const toml::parse_error& e) {
    throw UsageError(fmt::format("{}: line {}: {}", name, e.source().begin.line, e.description()));
  }
}

PlaceTable PlaceTable::load(const std::optional<std::filesystem::path>& file) {
  if (!file) return parse(builtin_places(), "the built-in table of places");
  if (!std::filesystem::is_regular_file(*file))
    throw UsageError(fmt::format("{}: a file with a table of places expected", file->string()));
  return parse(read_text(*file, kMostTableBytes), file->string());
}

} // namespace coldsweep
