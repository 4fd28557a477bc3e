// SPDX-License-Identifier: Apache-2.0
// libyara can't go on after an error, so each file that has one costs a compilation of those before
// it. Files that can't compile are therefore recognised by the names of their rules where possible.
#include "rules/one_namespace.h"

#include "base/error.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kUndefined = "undefined identifier \"";

/// The name that a source lacks; absent if it has another error.
std::optional<std::string> missing_name(std::string_view message) {
  const std::size_t at = message.find(kUndefined);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + kUndefined.size());
  message = message.substr(0, message.find('"'));
  if (message.ends_with('*')) message.remove_suffix(1);
  return std::string(message);
}

/// A source with what its `include` statements brought in in their places.
class Expansion {
public:
  explicit Expansion(std::span<const IncludedText> included) : included_(included) {}

  /// Absent if our lexer sees other includes than libyara did.
  std::optional<std::string> of(std::string_view text) {
    std::string all = expanded(text);
    return differs_ || next_ != included_.size() ? std::nullopt : std::optional(std::move(all));
  }

private:
  std::string expanded(std::string_view text) { // as deep as libyara went
    std::string all;
    std::size_t done = 0;
    for (const IncludeStatement& statement : traits_of(text).includes) {
      differs_ = differs_ || next_ >= included_.size() || included_[next_].name != statement.name;
      if (differs_) return all;
      all += text.substr(done, statement.begin - done);
      all += expanded(included_[next_++].text) + "\n";
      done = statement.at + statement.name.size() + 1;
    }
    return all + std::string(text.substr(done));
  }

  std::span<const IncludedText> included_;
  std::size_t next_ = 0;
  bool differs_ = false;
};

class Merger {
public:
  explicit Merger(RuleInput& input) : input_(input) { settings_.one_namespace = true; }

  CompiledSources run(CompiledSources alone) {
    take_without_duplicates(alone);
    take_back_incomplete();
    compile();
    while (add_what_is_complete()) compile();
    for (const auto& [index, error] : incomplete_) reject(index, error);
    return merged();
  }

private:
  const std::string& label(std::size_t index) const { return input_.files[index].file.label; }

  void reject(std::size_t index, const CompileError& error) {
    input_.rejections[index] = {label(index), error.line, error.message, false};
  }

  /// The files that compile alone, but for those that have a rule that another one has.
  void take_without_duplicates(const CompiledSources& alone) {
    std::map<std::size_t, std::vector<std::string>> rules;
    const YR_RULE* rule = nullptr;
    if (alone.result.rules) yr_rules_foreach(alone.result.rules.get(), rule) {
        rules[alone.used.at(rule->ns->idx)].emplace_back(rule->identifier);
      }
    for (const std::size_t index : alone.used) {
      const auto first =
          std::find_if(rules[index].begin(), rules[index].end(),
                       [&](const std::string& name) { return names_.contains(name); });
      if (first != rules[index].end()) {
        reject(index, {0, 0,
                       fmt::format("duplicated identifier \"{}\": {} has such a rule", *first,
                                   label(names_.at(*first)))});
        continue;
      }
      order_.push_back(index);
      for (const std::string& name : rules[index]) names_.emplace(name, index);
    }
  }

  void take_back_incomplete() {
    for (auto it = input_.rejections.begin(); it != input_.rejections.end();) {
      const RejectedRules& rejected = it->second;
      if (missing_name(rejected.message)) {
        incomplete_[it->first] = {0, rejected.line, rejected.message};
        it = input_.rejections.erase(it);
      } else {
        ++it;
      }
    }
  }

  /// Until the files in order compile together.
  void compile() {
    for (;;) {
      Sources sources;
      for (const std::size_t index : order_) sources.push_back(&input_.files[index]);
      result_ = sources.empty() ? CompileResult{} : compile_together(sources, settings_);
      if (result_.errors.empty()) break;
      const CompileError error = result_.errors.front();
      const std::size_t index = order_.at(error.source);
      order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(error.source));
      if (missing_name(error.message))
        incomplete_[index] = error;
      else
        reject(index, error);
    }
    names_.clear();
    std::size_t rule = 0;
    for (std::size_t i = 0; i < order_.size(); ++i)
      for (u32 n = 0; n < result_.rules_of.at(i); ++n)
        names_.emplace(result_.rules->rules_table[rule++].identifier, order_[i]);
  }

  /// Puts files behind the others whose missing name is known by now: that of a rule, or the
  /// beginning of one for a `prefix*`. Whether there are any.
  bool add_what_is_complete() {
    const std::size_t before = order_.size();
    std::erase_if(incomplete_, [&](const auto& entry) { return is_brought_in(entry.first); });
    for (auto it = incomplete_.begin(); it != incomplete_.end();) {
      const std::string name = missing_name(it->second.message).value_or("");
      const auto known = names_.lower_bound(name);
      if (known != names_.end() && known->first.starts_with(name) &&
          tried_.insert({it->first, name}).second) {
        order_.push_back(it->first);
        it = incomplete_.erase(it);
      } else {
        ++it;
      }
    }
    return order_.size() > before;
  }

  /// Whether one of the files in order includes it: then it needs no place of its own.
  bool is_brought_in(std::size_t index) const {
    const std::filesystem::path& location = input_.files[index].file.location;
    for (const std::vector<std::filesystem::path>& places : result_.include_places)
      for (const std::filesystem::path& place : places)
        if (is_same_file(place, location)) return true;
    return false;
  }

  CompiledSources merged() {
    SourceFile one;
    one.file.label = kOneNamespace;
    CompiledSources all;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const std::string_view text = without_bom(input_.files[order_[i]].file.bytes);
      const std::optional<std::string> whole = Expansion(result_.include_texts.at(i)).of(text);
      if (!whole) {
        reject(order_[i], {0, 0, "its includes can't be put into one namespace with others"});
        continue;
      }
      one.file.bytes += *whole + "\n";
      all.file_of_rule.insert(all.file_of_rule.end(), result_.rules_of.at(i), order_[i]);
    }
    one.traits = traits_of(one.file.bytes);
    CompileResult parts = std::exchange(result_, {});
    if (!all.file_of_rule.empty()) {
      result_ = compile_together({&one}, settings_);
      if (!result_.errors.empty() || result_.rules->num_rules != all.file_of_rule.size())
        throw RuleError("the rule files can't be put into one namespace: " +
                        (result_.errors.empty() ? "they have other rules than each has alone"
                                                : result_.errors.front().message));
    }
    all.result = std::move(result_);
    all.result.warnings = std::move(parts.warnings); // with the lines of the files
    all.result.included = std::move(parts.included);
    all.merged = std::move(one);
    return all;
  }

  RuleInput& input_;
  CompileSettings settings_ = input_.settings;
  std::vector<std::size_t> order_;                        // of the files that are loaded
  std::map<std::string, std::size_t, std::less<>> names_; // of their rules, and whose they are
  std::map<std::size_t, CompileError> incomplete_;        // files that lack a name
  std::set<std::pair<std::size_t, std::string>> tried_;   // with the name that they lacked
  CompileResult result_;
};

} // namespace

CompiledSources compile_in_one_namespace(CompiledSources alone, RuleInput& input) {
  return Merger(input).run(std::move(alone));
}

} // namespace coldsweep
