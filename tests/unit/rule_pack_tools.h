// SPDX-License-Identifier: Apache-2.0
// The built-in pack, compiled once, and what it finds in bytes. For the tests of the rules.
#pragma once

#include "support/catch.h"

#include "base/text.h"
#include "rules/record_scanner.h"
#include "rules/scanner.h"
#include "support/fixtures.h"
#include "yara-rules/builtin_rules.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace coldsweep::test {

using Names = std::set<std::string>;

inline const RuleSet& pack() {
  static const RuleSet rules = RuleSet::load_builtin(builtin_rules());
  return rules;
}

inline std::map<std::string, MetaValue> meta_of(const RuleRef& rule) {
  return {rule.meta.begin(), rule.meta.end()};
}

inline i64 score_of(const RuleRef& rule) { return std::get<i64>(meta_of(rule).at("score")); }

/// The values that a sweep sets for a file with this path (`C:\folder\name.ext`).
inline Externals externals_for(std::string_view path, ByteView content) {
  Externals externals;
  externals.filetype = file_type_label(content);
  const std::size_t slash = path.rfind('\\');
  if (slash == std::string_view::npos) return externals;
  externals.filepath = path.substr(0, slash);
  externals.filename = path.substr(slash + 1);
  const std::size_t dot = externals.filename.rfind('.');
  if (dot != std::string::npos) externals.extension = ascii_lower(externals.filename.substr(dot));
  return externals;
}

/// The log rules that match the content as one record of a log.
inline std::map<std::string, i64> fired_on_record(std::string_view content,
                                                  const Externals& externals) {
  RecordScanner scanner(pack());
  scanner.begin(externals);
  RecordBlock block;
  block.bytes = bytes_of(content);
  block.records = {{.offset = 0, .length = content.size(), .line = 1}};
  block.pieces = {{0, 0}};
  const BlockScan result = scanner.scan(block);
  REQUIRE_FALSE(result.timed_out);
  REQUIRE_FALSE(result.error);
  std::map<std::string, i64> rules;
  for (const RecordHit& hit : result.hits) rules[hit.rule->name] = score_of(*hit.rule);
  return rules;
}

/// The rules that match, with their scores. Log rules are evaluated only if the content is a log
/// record.
inline std::map<std::string, i64> fired(std::string_view content, std::string_view path = {},
                                        bool is_record = false) {
  Scanner scanner(pack());
  const Externals externals = externals_for(path, bytes_of(content));
  ScanResult result = scanner.scan(bytes_of(content), externals);
  REQUIRE_FALSE(result.timed_out);
  REQUIRE_FALSE(result.error);
  REQUIRE(result.truncated.empty());
  std::map<std::string, i64> rules;
  if (is_record) rules = fired_on_record(content, externals);
  for (const RuleMatch& match : result.matches) rules[match.rule->name] = score_of(*match.rule);
  return rules;
}

inline Names names_fired(std::string_view content, std::string_view path = {},
                         bool is_record = false) {
  Names names;
  for (const auto& [name, score] : fired(content, path, is_record)) names.insert(name);
  return names;
}

} // namespace coldsweep::test
