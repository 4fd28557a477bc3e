// SPDX-License-Identifier: Apache-2.0
// Each expression gives two formulas: one that holds wherever it is true, and one that holds
// wherever it is false or undefined. An expression that isn't worked out gives the constant true.
#include "prefilter/necessary.h"

#include "prefilter/counts.h"
#include "prefilter/quantities.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

using Kind = Expr::Kind;

constexpr std::size_t kMostNodes = 20000; // of one rule's formula

/// Turns the condition of one rule into its formula.
class Derivation {
public:
  /// The rule with this index in its source; the rules of the source are numbered from
  /// `first_rule`.
  Derivation(ConditionDraft& draft, const ParsedSource& source, u32 first_rule, u32 index)
      : draft_(draft), source_(source), first_rule_(first_rule), index_(index),
        terms_(draft, source.rules[index], first_rule + index) {}

  Formula run() {
    Formula formula = when_true(source_.rules[index_].condition);
    if (size_of(formula) <= kMostNodes) return formula;
    terms_.note("its condition is too large");
    return constant(true);
  }

private:
  bool faulty(PlantedFault fault) const { return draft_.fault == fault; }

  // Names

  bool is_variable(const std::string& name) const {
    return std::find(variables_.begin(), variables_.end(), name) != variables_.end();
  }

  /// Absent if it isn't a test of an external variable, or can't be a probe.
  std::optional<u32> external_test(const Expr& e) {
    if (e.args.size() != 2) return std::nullopt;
    const Expr& left = e.args[0];
    if (left.kind != Kind::identifier || is_variable(left.text)) return std::nullopt;
    return terms_.external_test(e);
  }

  /// Numbers of the rules that this one can't be compiled without.
  std::vector<u32>& uses() { return draft_.conditions.uses[first_rule_ + index_]; }

  /// Earlier rules of the namespace.
  std::vector<u32> rules_of(const std::string& name) const {
    std::vector<u32> found;
    const bool wildcard = name.ends_with('*');
    const std::string_view stem =
        std::string_view(name).substr(0, name.size() - (wildcard ? 1 : 0));
    for (u32 i = 0; i < index_; ++i) {
      const std::string& other = source_.rules[i].name;
      if (wildcard ? other.starts_with(stem) : other == name) found.push_back(first_rule_ + i);
    }
    return found;
  }

  Formula referred(u32 rule) {
    uses().push_back(rule);
    if (faulty(PlantedFault::forget_rule_reference)) return constant(false);
    return draft_.conditions.formulas[rule];
  }

  Formula named(const std::string& name) {
    const std::string root = name.substr(0, name.find_first_of(".[("));
    if (is_variable(root)) return constant(true);
    if (const std::vector<u32> rules = rules_of(root); !rules.empty()) {
      Formula rule = referred(rules.front());
      return root == name ? std::move(rule) : constant(true);
    }
    return defined(name);
  }

  /// What must hold if this name has a value.
  Formula defined(const std::string& name) {
    const bool imported =
        std::find(source_.imports.begin(), source_.imports.end(), "pe") != source_.imports.end();
    if (imported && needs_pe(name) && !is_variable("pe") && rules_of("pe").empty())
      return terms_.is_pe();
    terms_.note("`" + name + "`");
    return constant(true);
  }

  // Expressions

  /// Holds wherever the expression has a value. Where it has none, an expression that uses it has
  /// none either, and isn't true.
  Formula when_defined(const Expr& e) {
    switch (e.kind) {
    case Kind::place: return terms_.present(e.text);
    case Kind::identifier: {
      const std::string root = e.text.substr(0, e.text.find_first_of(".[("));
      if (is_variable(root)) return constant(true);
      for (const u32 rule : rules_of(root)) uses().push_back(rule);
      return rules_of(root).empty() ? defined(e.text) : constant(true);
    }
    case Kind::read:
    case Kind::arithmetic:
    case Kind::compare:
    case Kind::textual: {
      std::vector<Formula> parts;
      for (const Expr& arg : e.args) parts.push_back(when_defined(arg));
      return all_of(std::move(parts));
    }
    default: note_uses(e); return constant(true);
    }
  }

  /// Notes the rules named in an expression that isn't worked out: the compiler needs them anyway.
  void note_uses(const Expr& e) {
    if (e.kind == Kind::identifier)
      for (const u32 rule : rules_of(e.text.substr(0, e.text.find_first_of(".[("))))
        uses().push_back(rule);
    if (e.set.of_rules)
      for (const std::string& name : e.set.names)
        for (const u32 rule : rules_of(name)) uses().push_back(rule);
    for (const Expr& arg : e.args) note_uses(arg);
  }

  Formula when_true(const Expr& e) {
    switch (e.kind) {
    case Kind::boolean:
    case Kind::number: return constant(e.number != 0);
    case Kind::text: return constant(!e.text.empty());
    case Kind::identifier: return named(e.text);
    case Kind::string:
    case Kind::string_in:
    case Kind::count:
    case Kind::place: return terms_.present(e.text);
    case Kind::string_at: {
      const std::vector<u32> strings = terms_.strings_of(e.text);
      return strings.size() == 1 ? terms_.present_at(strings.front(), e.args[0]) : constant(true);
    }
    case Kind::of: return some_of(e);
    case Kind::for_of: return loop_over_strings(e);
    case Kind::for_in: return loop_over_values(e);
    case Kind::not_: note_uses(e); return when_not_true(e.args[0]);
    case Kind::defined: return when_defined(e.args[0]);
    case Kind::and_: {
      std::vector<Formula> parts;
      for (const Expr& arg : e.args) parts.push_back(when_true(arg));
      return all_of(std::move(parts));
    }
    case Kind::or_: {
      std::vector<Formula> parts;
      for (const Expr& arg : e.args) parts.push_back(when_true(arg));
      return faulty(PlantedFault::take_or_for_and) ? all_of(std::move(parts))
                                                   : any_of(std::move(parts));
    }
    case Kind::compare:
    case Kind::textual: return comparing(e);
    case Kind::arithmetic:
    case Kind::read: return when_defined(e);
    case Kind::filesize: return constant(true);
    case Kind::unknown:
    case Kind::regex:
    case Kind::quantifier:
    case Kind::percent: break;
    }
    terms_.note("a part of its condition that isn't worked out");
    return constant(true);
  }

  Formula when_not_true(const Expr& e) {
    if (faulty(PlantedFault::take_not_for_nothing)) return when_true(e);
    const bool keep = !faulty(PlantedFault::ignore_negation_of_probe);
    switch (e.kind) {
    case Kind::boolean:
    case Kind::number: return constant(e.number == 0);
    case Kind::compare:
      if (const std::optional<u32> probe = terms_.comparison(e)) return answered(*probe, keep);
      [[fallthrough]];
    case Kind::textual:
      if (const std::optional<u32> probe = external_test(e))
        return answered(*probe, (e.text != "!=") == keep);
      break;
    case Kind::and_:
    case Kind::or_: {
      std::vector<Formula> parts;
      for (const Expr& arg : e.args) parts.push_back(when_not_true(arg));
      return e.kind == Kind::and_ ? any_of(std::move(parts)) : all_of(std::move(parts));
    }
    default: break;
    }
    terms_.note("`not` of what content may hold");
    return constant(true);
  }

  Formula comparing(const Expr& e) {
    if (e.kind == Kind::compare)
      if (const std::optional<u32> probe = terms_.comparison(e)) return answered(*probe, false);
    if (const std::optional<u32> probe = external_test(e)) return answered(*probe, e.text == "!=");
    Formula operands = both(when_defined(e.args[0]), when_defined(e.args[1]));
    if (e.kind == Kind::compare) {
      if (is_above_zero(e.args[0], e.text, e.args[1]))
        return both(terms_.any_present(counted(e.args[0])), std::move(operands));
      if (is_above_zero(e.args[1], mirrored(e.text), e.args[0]))
        return both(terms_.any_present(counted(e.args[1])), std::move(operands));
    }
    if (operands.is_true()) terms_.note("a comparison that isn't worked out");
    return operands;
  }

  // Quantifiers

  Formula some_of(const Expr& e) {
    std::vector<Formula> parts;
    const bool at = !e.in && e.args.size() == 2;
    if (e.set.of_rules) {
      for (const std::string& name : e.set.names)
        for (const u32 rule : rules_of(name)) parts.push_back(referred(rule));
    } else {
      for (const u32 string : terms_.strings_of(e.set))
        parts.push_back(at ? terms_.present_at(string, e.args[1]) : terms_.present(string));
    }
    const std::optional<std::size_t> least = count_needed(e.args[0], parts.size(), draft_.fault);
    if (!least) {
      terms_.note("`of` with `none` or with a number that isn't written out");
      return constant(true);
    }
    return at_least(*least, std::move(parts));
  }

  Formula loop_over_strings(const Expr& e) {
    std::vector<Formula> parts;
    if (e.set.of_rules) return constant(true);
    for (const u32 string : terms_.strings_of(e.set)) {
      const std::optional<u32> outer = terms_.exchange_current(string);
      parts.push_back(when_true(e.args[1]));
      terms_.exchange_current(outer);
    }
    const std::optional<std::size_t> least = count_needed(e.args[0], parts.size(), draft_.fault);
    if (!least || parts.empty()) {
      terms_.note("a loop with `none` or with a number that isn't written out");
      return constant(true);
    }
    return at_least(*least, std::move(parts));
  }

  /// At least one round must be true; the values of its variables aren't known.
  Formula loop_over_values(const Expr& e) {
    const Formula runs = e.args.size() == 4 ? when_not_empty(e.args[2], e.args[3]) : constant(true);
    const std::size_t before = variables_.size();
    variables_.insert(variables_.end(), e.set.names.begin(), e.set.names.end());
    Formula body = when_true(e.args[1]);
    variables_.resize(before);
    const Expr& quantifier = e.args[0];
    const bool one = (quantifier.kind == Kind::quantifier && quantifier.text == "any") ||
                     (quantifier.kind == Kind::number && quantifier.number >= 1);
    if (one) return both(std::move(body), runs);
    terms_.note("a loop over values");
    return constant(true);
  }
  /// The range has at least one value.
  Formula when_not_empty(const Expr& from, const Expr& to) {
    Expr ordered;
    ordered.kind = Kind::compare;
    ordered.text = ">=";
    ordered.args = {to, from};
    return when_true(ordered);
  }

  ConditionDraft& draft_;
  const ParsedSource& source_;
  u32 first_rule_, index_;
  RuleTerms terms_;
  std::vector<std::string> variables_; // of the loops around the expression
};

} // namespace

void ConditionBuilder::add_unknown(std::size_t rules, const std::string& why) {
  Conditions& all = draft_.conditions;
  for (std::size_t i = 0; i < rules; ++i) {
    all.formulas.push_back(constant(true));
    all.uses.emplace_back();
    all.notes.push_back({why});
  }
}

void ConditionBuilder::add(const ParsedSource& source) {
  Conditions& all = draft_.conditions;
  const u32 first = static_cast<u32>(all.formulas.size());
  std::vector<u32> globals;
  for (u32 i = 0; i < source.rules.size(); ++i) {
    all.uses.emplace_back();
    all.notes.emplace_back();
    Formula formula = Derivation(draft_, source, first, i).run();
    all.formulas.push_back(std::move(formula));
    if (source.rules[i].is_global) globals.push_back(first + i);
  }
  // If a global rule doesn't match, no rule of its namespace does.
  for (u32 rule = first; rule < all.formulas.size(); ++rule) {
    for (const u32 global : globals) {
      if (global == rule) continue;
      all.uses[rule].push_back(global);
      if (size_of(all.formulas[rule]) + size_of(all.formulas[global]) > kMostNodes) continue;
      all.formulas[rule] = both(std::move(all.formulas[rule]), all.formulas[global]);
    }
  }
}

} // namespace coldsweep
