// SPDX-License-Identifier: Apache-2.0
#include "prefilter/rule_terms.h"

#include "prefilter/lexer.h"
#include "prefilter/quantities.h"
#include "prefilter/string_forms.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

constexpr std::size_t kMostForms = 8; // of a string that must be at an offset
constexpr std::size_t kMostBytesAt = 16;

} // namespace

RuleTerms::RuleTerms(ConditionDraft& draft, const ParsedRule& rule, u32 number)
    : draft_(draft), rule_(rule), number_(number),
      first_string_(static_cast<u32>(draft.conditions.strings.size())) {
  for (u32 i = 0; i < rule_.strings.size(); ++i) add_string(i);
}

void RuleTerms::add_string(u32 ordinal) {
  StringPlace place;
  place.rule = number_;
  place.ordinal = ordinal;
  place.id = rule_.strings[ordinal].id;
  StringForms forms;
  if (draft_.search == StringSearch::by_forms)
    forms = string_forms(rule_.strings[ordinal], draft_.fault);
  place.problem = std::move(forms.problem);
  if (place.problem.empty()) place.forms.assign(forms.all.begin(), forms.all.end());
  forms_.push_back(std::move(forms.all));
  if (!place.problem.empty()) note(place.id + ": " + place.problem);
  draft_.conditions.strings.push_back(std::move(place));
}

std::vector<u32> RuleTerms::strings_of(const std::string& name) const {
  std::vector<u32> found;
  const bool wildcard = name.ends_with('*');
  const std::string_view stem = std::string_view(name).substr(0, name.size() - (wildcard ? 1 : 0));
  if (name == "$" && current_) return {*current_};
  for (u32 i = 0; i < rule_.strings.size(); ++i) {
    const std::string& id = rule_.strings[i].id;
    if (wildcard ? id.starts_with(stem) : id == name) found.push_back(first_string_ + i);
  }
  return found;
}

std::vector<u32> RuleTerms::strings_of(const Expr::Set& set) const {
  std::vector<u32> found;
  if (set.them) return strings_of(std::string("$*"));
  for (const std::string& name : set.names)
    for (const u32 string : strings_of(name)) found.push_back(string);
  return found;
}

std::optional<u32> RuleTerms::exchange_current(std::optional<u32> string) {
  return std::exchange(current_, string);
}

Formula RuleTerms::present(u32 string) const {
  const bool is_searched =
      draft_.search == StringSearch::by_libyara || !draft_.conditions.strings[string].forms.empty();
  return is_searched ? occurs(string) : constant(true);
}

Formula RuleTerms::present(const std::string& name) const {
  const std::vector<u32> strings = strings_of(name);
  return strings.size() == 1 ? present(strings.front()) : constant(true);
}

Formula RuleTerms::any_present(const std::vector<std::string>& names) const {
  std::vector<Formula> parts;
  for (const std::string& name : names) parts.push_back(present(name));
  return any_of(std::move(parts));
}

Formula RuleTerms::present_at(u32 string, const Expr& where) {
  const std::vector<Pattern>& forms = forms_[string - first_string_];
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
    complete = complete && form.kind == Pattern::Kind::sequence && run.size() == form.parts.size();
    probe.bytes_at.runs.push_back(std::move(run));
  }
  probe.shown = show(probe.bytes_at);
  Formula there = answered(number_of(std::move(probe)), false);
  return complete ? std::move(there) : both(std::move(there), std::move(somewhere));
}

u32 RuleTerms::number_of(Probe probe) {
  std::vector<Probe>& probes = draft_.conditions.probes;
  const auto [found, is_new] =
      draft_.probe_numbers.try_emplace(probe.shown, static_cast<u32>(probes.size()));
  if (is_new) probes.push_back(std::move(probe));
  return found->second;
}

std::optional<u32> RuleTerms::comparison(const Expr& e) {
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

std::optional<u32> RuleTerms::external_test(const Expr& e) {
  const auto name = std::find(kExternalNames.begin(), kExternalNames.end(), e.args[0].text);
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

Formula RuleTerms::is_pe() {
  std::vector<Formula> parts;
  for (Probe& probe : pe_header_probes())
    parts.push_back(answered(number_of(std::move(probe)), false));
  return all_of(std::move(parts));
}

} // namespace coldsweep
