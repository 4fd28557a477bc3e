// SPDX-License-Identifier: Apache-2.0
// For each expression two formulas: one that holds wherever it is true, one that holds wherever it isn't (false or
// undefined, which `and`, `or` and `not` treat alike or as false). What isn't worked out is the constant true.
#include "prefilter/necessary.h"

#include "prefilter/counts.h"
#include "prefilter/lexer.h"
#include "prefilter/quantities.h"
#include "prefilter/string_forms.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using Kind = Expr::Kind;

constexpr std::size_t kMostNodes = 20000; // of one rule's formula
constexpr std::size_t kMostForms = 8;     // of a string that is asked for at an offset
constexpr std::size_t kMostBytesAt = 16;

/// Turns the condition of one rule into its formula.
class Derivation {
public:
  Derivation(Conditions& all, std::map<std::string, u32>& probes, const ParsedSource& source,
             u32 first_rule, u32 index, PlantedFault fault)
      : all_(all), probes_(probes), source_(source), first_rule_(first_rule), index_(index),
        rule_(source.rules[index]), fault_(fault) {}

  Formula run() {
    first_string_ = static_cast<u32>(all_.strings.size());
    for (u32 i = 0; i < rule_.strings.size(); ++i) add_string(i);
    Formula formula = when_true(rule_.condition);
    if (size_of(formula) <= kMostNodes) return formula;
    note("its condition is too large");
    return constant(true);
  }

private:
  struct NamedLoop { // a `for ... of` that is being read
    std::optional<u32> string;
  };

  bool faulty(PlantedFault fault) const { return fault_ == fault; }
  void note(std::string what) { all_.notes[number()].insert(std::move(what)); }
  u32 number() const { return first_rule_ + index_; }

  void add_string(u32 ordinal) {
    const StringDeclaration& declared = rule_.strings[ordinal];
    StringPlace place;
    place.rule = number();
    place.ordinal = ordinal;
    place.id = declared.id;
    StringForms forms = string_forms(declared, fault_);
    places_.push_back(forms.all);
    place.problem = std::move(forms.problem);
    if (place.problem.empty()) place.forms = std::move(forms.all);
    if (!place.problem.empty()) note(place.id + ": " + place.problem);
    all_.strings.push_back(std::move(place));
  }

  // Strings

  std::vector<u32> strings_of(const std::string& name) const {
    std::vector<u32> found;
    const bool wildcard = name.ends_with('*');
    const std::string_view stem =
        std::string_view(name).substr(0, name.size() - (wildcard ? 1 : 0));
    if (name == "$" && current_) return {*current_};
    for (u32 i = 0; i < rule_.strings.size(); ++i) {
      const std::string& id = rule_.strings[i].id;
      if (wildcard ? id.starts_with(stem) : id == name) found.push_back(first_string_ + i);
    }
    return found;
  }

  std::vector<u32> strings_of(const Expr::Set& set) const {
    std::vector<u32> found;
    if (set.them) return strings_of(std::string("$*"));
    for (const std::string& name : set.names)
      for (const u32 string : strings_of(name)) found.push_back(string);
    return found;
  }

  Formula present(u32 string) const {
    return all_.strings[string].forms.empty() ? constant(true) : occurs(string);
  }

  /// `name` occurs; true where it isn't one known string.
  Formula present(const std::string& name) const {
    const std::vector<u32> strings = strings_of(name);
    return strings.size() == 1 ? present(strings.front()) : constant(true);
  }

  Formula any_present(const std::vector<std::string>& names) const {
    std::vector<Formula> parts;
    for (const std::string& name : names) parts.push_back(present(name));
    return any_of(std::move(parts));
  }

  Formula present_at(u32 string, const Expr& where) {
    const std::vector<Pattern>& forms = places_[string - first_string_];
    const std::optional<Quantity> offset = quantity_of(where);
    Formula somewhere = present(string);
    if (!offset || forms.empty() || forms.size() > kMostForms) return somewhere;
    Probe probe;
    probe.kind = Probe::Kind::bytes_at;
    probe.bytes_at.offset = *offset;
    bool complete = true;
    for (const Pattern& form : forms) {
      std::vector<ByteSet> run = fixed_beginning(form, kMostBytesAt);
      if (run.empty()) return somewhere;
      complete =
          complete && form.kind == Pattern::Kind::sequence && run.size() == form.parts.size();
      probe.bytes_at.runs.push_back(std::move(run));
    }
    probe.shown = show(probe.bytes_at);
    Formula there = answered(number_of(std::move(probe)), false);
    return complete ? std::move(there) : both(std::move(there), std::move(somewhere));
  }

  // Probes

  u32 number_of(Probe probe) {
    const auto [found, is_new] =
        probes_.try_emplace(probe.shown, static_cast<u32>(all_.probes.size()));
    if (is_new) all_.probes.push_back(std::move(probe));
    return found->second;
  }

  std::optional<u32> comparison(const Expr& e) {
    std::optional<Quantity> left = quantity_of(e.args[0]), right = quantity_of(e.args[1]);
    if (!left || !right) return std::nullopt;
    if (faulty(PlantedFault::swap_byte_order) && left->kind == Quantity::Kind::read)
      left->big_endian = !left->big_endian;
    if (faulty(PlantedFault::shift_size_bound) && left->kind == Quantity::Kind::filesize)
      right->value += e.text.starts_with('<') ? -1 : 1;
    Probe probe;
    probe.comparison = {*left, *right, e.text};
    probe.shown = show(probe.comparison);
    return number_of(std::move(probe));
  }

  std::optional<u32> external_test(const Expr& e) {
    if (e.args.size() != 2) return std::nullopt;
    const Expr& left = e.args[0];
    if (left.kind != Kind::identifier || is_variable(left.text)) return std::nullopt;
    const auto name = std::find(kExternalNames.begin(), kExternalNames.end(), left.text);
    if (name == kExternalNames.end()) return std::nullopt;
    std::optional<ExternalTest> test;
    try {
      test = external_test_of(e.text, e.args[1]);
    } catch (const NotUnderstood& problem) {
      note(problem.what());
    }
    if (!test) return std::nullopt;
    if (faulty(PlantedFault::forget_alternative_of_name) && test->runs.size() > 1)
      test->runs.pop_back();
    test->variable = static_cast<std::size_t>(name - kExternalNames.begin());
    Probe probe;
    probe.kind = Probe::Kind::external;
    probe.external = std::move(*test);
    probe.shown = show(probe.external);
    return number_of(std::move(probe));
  }

  Formula is_pe() {
    std::vector<Formula> parts;
    for (Probe& probe : pe_header_probes())
      parts.push_back(answered(number_of(std::move(probe)), false));
    return all_of(std::move(parts));
  }

  // Names

  bool is_variable(const std::string& name) const {
    return std::find(variables_.begin(), variables_.end(), name) != variables_.end();
  }

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
    all_.uses[number()].push_back(rule);
    if (faulty(PlantedFault::forget_rule_reference)) return constant(false);
    return all_.formulas[rule];
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

  /// What must hold where this name has a value.
  Formula defined(const std::string& name) {
    const bool imported =
        std::find(source_.imports.begin(), source_.imports.end(), "pe") != source_.imports.end();
    if (imported && needs_pe(name) && !is_variable("pe") && rules_of("pe").empty()) return is_pe();
    note("`" + name + "`");
    return constant(true);
  }

  // Expressions

  /// Holds wherever the expression has a value: what uses it otherwise has none, and isn't true.
  Formula when_defined(const Expr& e) {
    switch (e.kind) {
    case Kind::place: return present(e.text);
    case Kind::identifier: {
      const std::string root = e.text.substr(0, e.text.find_first_of(".[("));
      if (is_variable(root)) return constant(true);
      for (const u32 rule : rules_of(root)) all_.uses[number()].push_back(rule);
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

  /// Rules named in what isn't worked out: a compiler needs them all the same.
  void note_uses(const Expr& e) {
    if (e.kind == Kind::identifier)
      for (const u32 rule : rules_of(e.text.substr(0, e.text.find_first_of(".[("))))
        all_.uses[number()].push_back(rule);
    if (e.set.of_rules)
      for (const std::string& name : e.set.names)
        for (const u32 rule : rules_of(name)) all_.uses[number()].push_back(rule);
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
    case Kind::place: return present(e.text);
    case Kind::string_at: {
      const std::vector<u32> strings = strings_of(e.text);
      return strings.size() == 1 ? present_at(strings.front(), e.args[0]) : constant(true);
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
    note("a part of its condition that isn't worked out");
    return constant(true);
  }

  Formula when_not_true(const Expr& e) {
    if (faulty(PlantedFault::take_not_for_nothing)) return when_true(e);
    const bool keep = !faulty(PlantedFault::ignore_negation_of_probe);
    switch (e.kind) {
    case Kind::boolean:
    case Kind::number: return constant(e.number == 0);
    case Kind::compare:
      if (const std::optional<u32> probe = comparison(e)) return answered(*probe, keep);
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
    note("`not` of what content may hold");
    return constant(true);
  }

  Formula comparing(const Expr& e) {
    if (e.kind == Kind::compare)
      if (const std::optional<u32> probe = comparison(e)) return answered(*probe, false);
    if (const std::optional<u32> probe = external_test(e)) return answered(*probe, e.text == "!=");
    Formula operands = both(when_defined(e.args[0]), when_defined(e.args[1]));
    if (e.kind == Kind::compare) {
      if (is_above_zero(e.args[0], e.text, e.args[1]))
        return both(any_present(counted(e.args[0])), std::move(operands));
      if (is_above_zero(e.args[1], mirrored(e.text), e.args[0]))
        return both(any_present(counted(e.args[1])), std::move(operands));
    }
    if (operands.is_true()) note("a comparison that isn't worked out");
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
      for (const u32 string : strings_of(e.set))
        parts.push_back(at ? present_at(string, e.args[1]) : present(string));
    }
    const std::optional<std::size_t> least = count_needed(e.args[0], parts.size(), fault_);
    if (!least) {
      note("`of` with `none` or with a number that isn't written out");
      return constant(true);
    }
    return at_least(*least, std::move(parts));
  }

  Formula loop_over_strings(const Expr& e) {
    std::vector<Formula> parts;
    if (e.set.of_rules) return constant(true);
    for (const u32 string : strings_of(e.set)) {
      const std::optional<u32> outer = std::exchange(current_, string);
      parts.push_back(when_true(e.args[1]));
      current_ = outer;
    }
    const std::optional<std::size_t> least = count_needed(e.args[0], parts.size(), fault_);
    if (!least || parts.empty()) {
      note("a loop with `none` or with a number that isn't written out");
      return constant(true);
    }
    return at_least(*least, std::move(parts));
  }

  /// At least one round must be true; which values it has isn't known.
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
    note("a loop over values");
    return constant(true);
  }
  /// The range has a value.
  Formula when_not_empty(const Expr& from, const Expr& to) {
    Expr ordered;
    ordered.kind = Kind::compare;
    ordered.text = ">=";
    ordered.args = {to, from};
    return when_true(ordered);
  }

  Conditions& all_;
  std::map<std::string, u32>& probes_;
  const ParsedSource& source_;
  u32 first_rule_, index_;
  const ParsedRule& rule_;
  PlantedFault fault_;
  u32 first_string_ = 0;
  std::vector<std::vector<Pattern>> places_; // forms of each string, also of those not searched for
  std::optional<u32> current_;               // the string that `$` stands for
  std::vector<std::string> variables_;
};

} // namespace

void ConditionBuilder::add_unknown(std::size_t rules, const std::string& why) {
  for (std::size_t i = 0; i < rules; ++i) {
    conditions_.formulas.push_back(constant(true));
    conditions_.uses.emplace_back();
    conditions_.notes.push_back({why});
  }
}

void ConditionBuilder::add(const ParsedSource& source) {
  const u32 first = static_cast<u32>(conditions_.formulas.size());
  std::vector<u32> globals;
  for (u32 i = 0; i < source.rules.size(); ++i) {
    conditions_.uses.emplace_back();
    conditions_.notes.emplace_back();
    Formula formula = Derivation(conditions_, probe_numbers_, source, first, i, fault_).run();
    conditions_.formulas.push_back(std::move(formula));
    if (source.rules[i].is_global) globals.push_back(first + i);
  }
  // A global rule that doesn't match silences its whole namespace.
  for (u32 rule = first; rule < conditions_.formulas.size(); ++rule) {
    for (const u32 global : globals) {
      if (global == rule) continue;
      conditions_.uses[rule].push_back(global);
      if (size_of(conditions_.formulas[rule]) + size_of(conditions_.formulas[global]) > kMostNodes)
        continue;
      conditions_.formulas[rule] =
          both(std::move(conditions_.formulas[rule]), conditions_.formulas[global]);
    }
  }
}

} // namespace coldsweep
