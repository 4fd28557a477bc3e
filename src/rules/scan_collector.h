// SPDX-License-Identifier: Apache-2.0
// What libyara reports during one scan. It calls back for each rule that matches, and everything is
// copied out at once, in an order that depends only on the content. Private to rules/.
#pragma once

#include "model/externals.h"
#include "rules/compiled.h"
#include "rules/rule_table.h"
#include "rules/scan_result.h"

#include <exception>
#include <vector>

namespace coldsweep {

/// For one content, and one thread. All that it is made from outlives it.
class ScanCollector {
public:
  ScanCollector(const RuleSet::Compiled& rules, const RuleTable& table, ByteView content,
                const Externals& externals, ScanResult& result, const std::vector<u32>* raw)
      : rules_(rules), table_(table), content_(content), externals_(externals), result_(result),
        raw_(raw) {}

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* self) noexcept {
    ScanCollector& that = *static_cast<ScanCollector*>(self);
    park_exceptions(that.parked_, [&] { that.take(*context, message, data); });
    return that.parked_ ? CALLBACK_ERROR : CALLBACK_CONTINUE;
  }

  void rethrow() const {
    if (parked_) std::rethrow_exception(parked_);
  }

private:
  struct Position;

  /// Other messages are about modules, their `console`, and the end. CALLBACK_MSG_TOO_SLOW_SCANNING
  /// is a guess about cost; the search is complete all the same, so the case needn't know.
  void take(const YR_SCAN_CONTEXT& context, int message, void* data);
  const RuleRef& ref_of(std::size_t index) const { return *table_.refs.at(index); }
  /// Takes the rule if the strings that it needs occur, but the rest of its condition has no answer
  /// in raw space.
  void take_unjudged(const YR_SCAN_CONTEXT& context, const YR_RULE& rule);
  void take_rule(const YR_SCAN_CONTEXT& context, const YR_RULE& rule, std::vector<RuleMatch>& into);
  /// libyara keeps the matches of a string in order of their offsets.
  void take_string(const RuleRef& ref, const YR_STRING& string, const YR_MATCHES& found,
                   std::vector<Position>& positions);
  Match match_at(const Position& position) const;
  void note_left_out(const RuleRef& ref, const char* id, std::size_t left_out, std::size_t total);
  /// libyara stops searching for this string: the verdict on its rule, and on rules that refer to
  /// it, may be wrong. It can't be wrong if, given all that was found, the rule can't match; nor
  /// would a prefiltered scan notice the flood then.
  void take_flood(const YR_SCAN_CONTEXT& context, const YR_STRING& string);
  bool string_occurs(const YR_SCAN_CONTEXT& context, const StringPlace& place,
                     const RuleRef& rule) const;

  const RuleSet::Compiled& rules_;
  const RuleTable& table_;
  ByteView content_;
  const Externals& externals_;
  ScanResult& result_;
  const std::vector<u32>*
      raw_; // in raw space: the rules that may match by their strings; else null
  std::vector<const YR_STRING*> floods_;
  std::exception_ptr parked_;
};

} // namespace coldsweep
