// SPDX-License-Identifier: Apache-2.0
// What libyara tells in one call: it calls back for each rule that matches, and all is copied out at once, in an order
// that depends on nothing but the content. Private to rules/.
#pragma once

#include "rules/compiled.h"
#include "rules/scanner.h"

#include <exception>
#include <vector>

namespace coldsweep {

/// For one content, and one thread. What it is made of outlives it.
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
  /// is a guess about cost, made before or after a search that is complete all the same: nothing
  /// the case must know.
  void take(const YR_SCAN_CONTEXT& context, int message, void* data);
  const RuleRef& ref_of(std::size_t index) const { return *table_.refs.at(index); }
  /// Where all its strings occur that some content needs, but what else it asks for has no answer in raw space.
  void take_unjudged(const YR_SCAN_CONTEXT& context, const YR_RULE& rule);
  void take_rule(const YR_SCAN_CONTEXT& context, const YR_RULE& rule, std::vector<RuleMatch>& into);
  /// libyara keeps the matches of a string in the order of their offsets.
  void take_string(const RuleRef& ref, const YR_STRING& string, const YR_MATCHES& found,
                   std::vector<Position>& positions);
  Match match_at(const Position& position) const;
  void note_left_out(const RuleRef& ref, const char* id, std::size_t left_out, std::size_t total);
  /// libyara looks no further for this string: the rule, and those that refer to it, may be wrong. Where all that
  /// was found leaves no way for the rule to match, nothing is; nor does a prefiltered scan come to know of it.
  void take_flood(const YR_SCAN_CONTEXT& context, const YR_STRING& string);
  bool string_occurs(const YR_SCAN_CONTEXT& context, const StringPlace& place,
                     const RuleRef& rule) const;

  const RuleSet::Compiled& rules_;
  const RuleTable& table_;
  ByteView content_;
  const Externals& externals_;
  ScanResult& result_;
  const std::vector<u32>*
      raw_; // of raw space: the rules whose strings may all be there; null: it is none
  std::vector<const YR_STRING*> floods_;
  std::exception_ptr parked_;
};

} // namespace coldsweep
