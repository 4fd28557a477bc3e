// SPDX-License-Identifier: Apache-2.0
// Random rule files that use all of YARA's language, and inputs made of what their strings accept.
// Deterministic for a seed, or for the bytes that make the choices.
#pragma once

#include "rules/scanner.h"

#include <random>

namespace coldsweep::test {

struct GeneratedInput {
  std::string bytes;
  Externals externals;
};

struct GeneratedCase {
  std::string rules;
  std::vector<GeneratedInput> inputs;
};

/// A generated string of a rule: its source, and samples of what it accepts.
struct GeneratedString {
  std::string id, source;
  std::vector<std::string> samples;
};

class RuleGenerator {
public:
  explicit RuleGenerator(u64 seed) : random_(seed) {}
  /// Each choice takes a byte or two while there are any, so that a small change of the bytes is a
  /// small change of the rules. The bytes must outlive the generator.
  explicit RuleGenerator(ByteView choices) : random_(choices.size()), choices_(choices) {}
  GeneratedCase next(std::size_t inputs);

private:
  u64 below(u64 n) {
    const std::size_t taken = n > 256 ? 2 : 1;
    if (choices_.size() < taken) return random_() % n;
    u64 value = 0;
    for (const std::byte byte : choices_.first(taken))
      value = value << 8 | std::to_integer<u64>(byte);
    choices_ = choices_.subspan(taken);
    return value % n;
  }
  bool chance(u64 percent) { return below(100) < percent; }
  template <typename T> const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  std::string word(std::size_t least, std::size_t most);
  GeneratedString make_string(std::size_t number);
  void make_text(GeneratedString& string);
  void make_hex(GeneratedString& string);
  void make_regex(GeneratedString& string);
  std::string hex_tokens(std::string& sample, int depth);
  std::string regex_part(std::string& sample, bool nocase, int depth);
  std::string regex_atom(std::string& sample, bool nocase, int depth);

  std::string make_rule(std::size_t number);
  std::string condition(int depth);
  std::string leaf();
  std::string string_leaf();
  std::string integer(int depth);
  std::string string_set();
  std::string quantifier();
  std::string module_leaf();
  std::string matching_external();
  std::string rule_leaf();
  GeneratedInput make_input();

  std::mt19937_64 random_;
  ByteView choices_;                     // not yet taken
  std::vector<GeneratedString> strings_; // of the current rule
  std::vector<std::string> rules_;       // names so far
  std::vector<std::string> samples_;     // of all rules
};

} // namespace coldsweep::test
