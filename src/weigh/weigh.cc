// SPDX-License-Identifier: Apache-2.0
#include "weigh/weigh.h"

#include "base/checked.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr int kLeast = 0, kMost = 100;
constexpr std::string_view kKept = "kept within 0 and 100";
constexpr i64 kScaleOfTen = 10; ///< a severity or threat level up to here is on a scale of ten

std::string_view name_in(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// With its dot; empty if there is none.
std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot);
}

bool fits(const PlaceRow& row, const PathPattern& path, std::string_view extension,
          const ContentFacts& content) {
  const auto any = [](const auto& range, const auto& test) {
    return range.empty() || std::any_of(range.begin(), range.end(), test);
  };
  if (!any(row.paths, [&](const PathPattern& pattern) { return path_fits(pattern, path); }))
    return false;
  if (!any(row.extensions, [&](const std::string& known) { return known == extension; }))
    return false;
  if (!row.text && row.contains.empty()) return true;
  if (!content.text()) return false;
  const auto held =
      std::count_if(row.contains.begin(), row.contains.end(), [&](const std::string& words) {
        return content.text()->find(words) != std::string::npos;
      });
  return static_cast<u64>(held) >= row.at_least;
}

/// A number, or text that holds one. Public rules use both.
std::optional<i64> number_of(const MetaValue& value) {
  if (const i64* number = std::get_if<i64>(&value)) return *number;
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->empty()) return std::nullopt;
  i64 number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<i64> level_of(const MetaValue& value) {
  if (const std::optional<i64> number = number_of(value)) {
    if (*number > kScaleOfTen) return number;
    return checked_multiply<i64>(*number, 10).value_or(std::numeric_limits<i64>::min());
  }
  constexpr std::array<std::pair<std::string_view, i64>, 7> words{{
      {"critical", 90},
      {"high", 75},
      {"medium", 50},
      {"moderate", 50},
      {"low", 30},
      {"info", 10},
      {"informational", 10},
  }};
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  const std::string word = ascii_lower(*text);
  for (const auto& [name, points] : words)
    if (name == word) return points;
  return std::nullopt;
}

const MetaValue* meta(const RuleRef& rule, std::string_view name) {
  for (const auto& [key, value] : rule.meta)
    if (ascii_lower(key) == name) return &value;
  return nullptr;
}

Reason capped(const std::string& what, i64 stated) {
  const i64 points = std::clamp<i64>(stated, kLeast, kMost);
  return {points == stated ? what : fmt::format("{}: {}, capped", what, stated),
          static_cast<int>(points)};
}

/// How much a match means according to the rule itself: `score` as LOKI and THOR read it, else the
/// fields that other rule sets use.
Reason own_word(const RuleRef& rule, const PlaceTable& table) {
  if (const MetaValue* score = meta(rule, "score"))
    if (const std::optional<i64> number = number_of(*score))
      return capped("the rule's own score", *number);
  for (const char* name : {"severity", "threat_level"})
    if (const MetaValue* value = meta(rule, name))
      if (const std::optional<i64> level = level_of(*value))
        return capped(fmt::format("the rule's {}", name), *level);
  return {"the rule states no score", table.reasons.no_score};
}

Reason word_of(const HashSetHit& hit, const PlaceTable& table) {
  if (hit.entry == kUnknownInWebRoot)
    return {"no build of Exchange shipped such a file", table.reasons.unknown_in_web_root};
  if (hit.entry == kForeignContent)
    return {"not the content that Exchange shipped under this name", table.reasons.foreign_content};
  return {fmt::format("known bad: {}", hit.name), table.reasons.known_bad};
}

Reason first_reason(const Cause& cause, const PlaceTable& table) {
  if (const RuleRef* rule = std::get_if<RuleRef>(&cause)) return own_word(*rule, table);
  if (const HashSetHit* hit = std::get_if<HashSetHit>(&cause)) return word_of(*hit, table);
  const Anomaly& anomaly = std::get<Anomaly>(cause);
  const auto known = table.anomalies.find(anomaly.name);
  return {fmt::format("anomaly {}", anomaly.name),
          known == table.anomalies.end() ? table.reasons.no_score : known->second};
}

/// Eight letters and digits that don't form a word: with a digit, or a capital after a small
/// letter.
bool is_random_page(std::string_view name) {
  constexpr std::size_t length = 8;
  if (name.size() != length + 5 || ascii_lower(name.substr(length)) != ".aspx") return false;
  bool letter = false, digit = false, odd_capital = false;
  for (std::size_t i = 0; i < length; ++i) {
    const char c = name[i];
    const bool small = c >= 'a' && c <= 'z', capital = c >= 'A' && c <= 'Z';
    if (!small && !capital && (c < '0' || c > '9')) return false;
    odd_capital = odd_capital || (capital && i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z');
    letter = letter || small || capital;
    digit = digit || (!small && !capital);
  }
  return letter && (digit || odd_capital);
}

void add(Finding& finding, std::string reason, int points) {
  if (points != 0) finding.why.push_back({std::move(reason), points});
}

/// Null if the bytes are the content of a stream.
const char* raw_place(StreamKind kind) {
  switch (kind) {
  case StreamKind::uninitialized: return "allocated, but never written by its file";
  case StreamKind::slack: return "behind the end of its file";
  case StreamKind::mft_slack: return "in the slack of an MFT record";
  case StreamKind::index_slack: return "in the slack of a folder's index";
  case StreamKind::unallocated: return "in unallocated space";
  case StreamKind::unattributed: return "in clusters in use that are no known file's";
  case StreamKind::volume_slack: return "behind the last cluster of the volume";
  case StreamKind::gap: return "between the volumes";
  default: return nullptr;
  }
}

/// The name of the content: of the file, or of the archive member.
std::string_view name_of_content(const Finding& finding) {
  if (finding.member) return name_in(*finding.member);
  return finding.stream_name.empty() ? name_in(finding.path)
                                     : std::string_view(finding.stream_name);
}

void weigh_name(Finding& finding, bool served, const PlaceTable& table) {
  const std::string name = ascii_lower(name_of_content(finding));
  for (const LookAlike& like : table.look_alikes) {
    const bool close =
        std::any_of(like.names.begin(), like.names.end(),
                    [&](const std::string& pattern) { return name_fits(pattern, name); });
    if (close)
      return add(finding, fmt::format("the name resembles {}", like.of), table.reasons.look_alike);
  }
  if (served && !finding.member && is_random_page(name_in(finding.path)))
    add(finding, "a random name in a folder that is served", table.reasons.random_name);
}

} // namespace

const PlaceRow* place_of(std::string_view path, const ContentFacts& content,
                         const PlaceTable& table) {
  const std::string lower = ascii_lower(path);
  const PathPattern parts = cut_path(lower);
  const std::string_view extension = extension_of(name_in(lower));
  const auto found =
      std::find_if(table.places.begin(), table.places.end(),
                   [&](const PlaceRow& row) { return fits(row, parts, extension, content); });
  return found == table.places.end() ? nullptr : &*found;
}

void settle_score(Finding& finding) {
  std::erase_if(finding.why, [](const Reason& reason) { return reason.reason == kKept; });
  i64 sum = 0;
  for (const Reason& reason : finding.why) sum += reason.points;
  const i64 kept = std::clamp<i64>(sum, kLeast, kMost);
  add(finding, std::string(kKept), static_cast<int>(kept - sum));
  finding.score = static_cast<int>(kept);
}

void weigh(Finding& finding, const ContentFacts& content, const PlaceTable& table) {
  if (finding.why.empty()) finding.why.push_back(first_reason(finding.cause, table));

  const auto points = [](const PlaceRow* row) { return row == nullptr ? 0 : row->points; };
  const PlaceRow* place = place_of(finding.path, content, table);
  for (const std::string& link : finding.links) {
    const PlaceRow* other = place_of(link, content, table);
    if (points(other) > points(place)) place = other;
  }
  finding.place = place == nullptr ? "other" : place->name;
  add(finding, fmt::format("place {}", *finding.place), points(place));

  if (finding.known)
    add(finding, fmt::format("known software: {}", finding.known->name), table.reasons.known);
  if (const char* where = raw_place(finding.stream.kind))
    add(finding, where, table.reasons.slack);
  else if (!finding.allocated)
    add(finding, "deleted", table.reasons.deleted);
  if (finding.part && finding.part->kind == StreamKind::strings_only)
    finding.why.push_back({"only its strings stand there: the condition asks for size, place or "
                           "structure, which raw space doesn't have",
                           table.reasons.strings_only});
  if (finding.overwritten && finding.overwritten->clusters > 0)
    finding.why.push_back(
        {fmt::format("{} of its {} clusters are in use by others: perhaps not its content",
                     finding.overwritten->clusters, finding.overwritten->of),
         table.reasons.slack});
  const std::string_view named = name_of_content(finding);
  if (std::optional<std::string> wrong = content.mismatch(ascii_lower(extension_of(named))))
    add(finding, std::move(*wrong), table.reasons.mismatch);
  if (finding.stream_name.empty()) weigh_name(finding, place != nullptr && place->served, table);
  settle_score(finding);
}

} // namespace coldsweep
