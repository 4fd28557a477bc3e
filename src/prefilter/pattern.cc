// SPDX-License-Identifier: Apache-2.0
#include "prefilter/pattern.h"

#include "prefilter/lexer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u32 kMostCounted = 32;      // of a repeat: beyond it, counting costs more than it tells
constexpr std::size_t kMostRun = 64;  // bytes of a run that is looked for
constexpr std::size_t kMostRuns = 64; // one of which must stand in a match

constexpr unsigned char byte(char c) { return static_cast<unsigned char>(c); }

bool is_letter(unsigned c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Both cases of a letter, and nothing else.
bool is_caseless(const ByteSet& set) {
  if (set.count() == 1) return !is_letter(static_cast<unsigned>(set._Find_first()));
  if (set.count() != 2) return false;
  const std::size_t upper = set._Find_first();
  return upper >= 'A' && upper <= 'Z' && set[upper + 32];
}

ByteSet with_both_cases(ByteSet set) {
  for (unsigned c = 'a'; c <= 'z'; ++c)
    if (set[c] || set[c - 32]) set.set(c), set.set(c - 32);
  return set;
}

ByteSet single(unsigned value) {
  ByteSet set;
  set.set(value);
  return set;
}

template <typename F> void for_each_byte(Pattern& pattern, const F& change) {
  if (pattern.kind == Pattern::Kind::bytes) return change(pattern);
  for (Pattern& part : pattern.parts) for_each_byte(part, change);
}

Pattern nocased(Pattern pattern) {
  for_each_byte(pattern, [](Pattern& p) { p.bytes = with_both_cases(p.bytes); });
  return pattern;
}

/// Each byte followed by one of `high`.
Pattern widened(Pattern pattern, unsigned high = 0) {
  for_each_byte(pattern, [&](Pattern& p) {
    Pattern pair;
    pair.parts = {one_of(p.bytes), one_of(single(high))};
    p = std::move(pair);
  });
  return pattern;
}

std::string wide_text(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += c, wide += '\0';
  return wide;
}

std::string encoded(std::string_view text, std::string_view alphabet) {
  std::string out;
  u32 bits = 0, held = 0;
  for (const char c : text) {
    bits = (bits << 8) | byte(c);
    held += 8;
    for (; held >= 6; held -= 6) out += alphabet[(bits >> (held - 6)) & 0x3F];
    bits &= 0xFFFF;
  }
  return out; // without what the last bits would begin
}

/// What `text` looks like within encoded data, for each place it may have there.
void add_base64(std::string_view text, const StringDeclaration& string,
                std::vector<Pattern>& forms) {
  static constexpr std::string_view kStandard =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view alphabet =
      string.alphabet ? std::string_view(*string.alphabet) : kStandard;
  if (alphabet.size() != 64) throw NotUnderstood("a base64 alphabet that has not 64 characters");
  for (std::size_t before = 0; before < 3; ++before) {
    // Characters that hold bits of the bytes before or after are not known.
    std::string whole = encoded(std::string(before, 'A') + std::string(text), alphabet);
    const std::size_t unknown = before == 0 ? 0 : before + 1;
    whole.erase(0, std::min(unknown, whole.size()));
    if (string.base64) forms.push_back(sequence_of(whole));
    if (string.base64wide) forms.push_back(sequence_of(wide_text(whole)));
  }
}

void add_xored(const StringDeclaration& string, std::vector<Pattern>& forms) {
  const auto [first, last] = *string.xor_keys;
  if (first < 0 || last > 255 || first > last) throw NotUnderstood("keys of xor");
  for (i64 key = 0; key <= 255; ++key) {
    if (key != 0 && (key < first || key > last)) continue;
    std::string text = string.body, wide = wide_text(string.body);
    for (char& c : text) c = static_cast<char>(c ^ static_cast<char>(key));
    for (char& c : wide) c = static_cast<char>(c ^ static_cast<char>(key));
    if (string.ascii || !string.wide) forms.push_back(sequence_of(text));
    if (string.wide) forms.push_back(sequence_of(wide));
  }
}

/// Finds, from left to right, what must stand in every match.
class RunSearch {
public:
  std::vector<ByteRun> best;

  void add(const Pattern& pattern) {
    switch (pattern.kind) {
    case Pattern::Kind::bytes:
      run_.push_back(pattern.bytes);
      if (run_.size() >= kMostRun) end_run();
      break;
    case Pattern::Kind::sequence:
      for (const Pattern& part : pattern.parts) add(part);
      break;
    case Pattern::Kind::alternatives:
      end_run();
      offer(one_of_each(pattern.parts));
      break;
    case Pattern::Kind::repeat:
      if (pattern.least == pattern.most && pattern.least <= kMostRun) {
        for (u32 i = 0; i < pattern.least; ++i) add(pattern.parts.front());
        break;
      }
      end_run();
      if (pattern.least > 0) {
        add(pattern.parts.front());
        end_run();
      }
      break;
    }
  }

  void end_run() { offer({std::exchange(run_, {})}); }

private:
  static std::vector<ByteRun> one_of_each(const std::vector<Pattern>& alternatives) {
    std::vector<ByteRun> runs;
    for (const Pattern& alternative : alternatives) {
      std::vector<ByteRun> more = necessary_runs(alternative);
      if (runs.size() + more.size() > kMostRuns) return {};
      std::move(more.begin(), more.end(), std::back_inserter(runs));
    }
    return runs;
  }

  void offer(std::vector<ByteRun>&& runs) {
    if (!runs.empty() && bits_of(runs) > bits_of(best)) best = std::move(runs);
  }

  ByteRun run_;
};

/// False when what follows has no fixed place any more.
bool add_beginning(const Pattern& pattern, std::size_t most, std::vector<ByteSet>& beginning) {
  if (beginning.size() >= most) return false;
  switch (pattern.kind) {
  case Pattern::Kind::bytes: beginning.push_back(pattern.bytes); return true;
  case Pattern::Kind::sequence:
    return std::all_of(pattern.parts.begin(), pattern.parts.end(),
                       [&](const Pattern& part) { return add_beginning(part, most, beginning); });
  case Pattern::Kind::alternatives: return false;
  case Pattern::Kind::repeat:
    for (u32 i = 0; i < pattern.least; ++i)
      if (!add_beginning(pattern.parts.front(), most, beginning)) return false;
    return pattern.least == pattern.most;
  }
  return false;
}

void append_byte(std::string& to, std::size_t value) { to += fmt::format("\\x{:02x}", value); }

void append_set(std::string& to, const ByteSet& set, bool caseless) {
  if (set.all()) {
    to += '.'; // the expression is compiled so that a dot is any byte
    return;
  }
  const std::size_t first = set._Find_first();
  if (set.count() == 1 || (caseless && is_caseless(set))) return append_byte(to, first);
  to += '[';
  for (std::size_t c = 0; c < 256; ++c) {
    if (!set[c]) continue;
    std::size_t last = c;
    while (last < 255 && set[last + 1]) ++last;
    append_byte(to, c);
    if (last > c) to += '-', append_byte(to, last);
    c = last;
  }
  to += ']';
}

bool all_caseless(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::bytes) return is_caseless(pattern.bytes);
  return pattern.kind == Pattern::Kind::sequence &&
         std::all_of(pattern.parts.begin(), pattern.parts.end(), all_caseless);
}

void append_expression(std::string& to, const Pattern& pattern, bool caseless) {
  switch (pattern.kind) {
  case Pattern::Kind::bytes: append_set(to, pattern.bytes, caseless); break;
  case Pattern::Kind::sequence:
    for (const Pattern& part : pattern.parts) append_expression(to, part, caseless);
    break;
  case Pattern::Kind::alternatives: {
    to += "(?:";
    for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
      if (i > 0) to += '|';
      append_expression(to, pattern.parts[i], caseless);
    }
    to += ')';
    break;
  }
  case Pattern::Kind::repeat: {
    if (pattern.most == 0) break;
    to += "(?:";
    append_expression(to, pattern.parts.front(), caseless);
    const u32 least = std::min(pattern.least, kMostCounted);
    if (pattern.most > kMostCounted)
      to += fmt::format("){{{},}}", least);
    else
      to += fmt::format("){{{},{}}}", least, pattern.most);
    break;
  }
  }
}

} // namespace

Pattern one_of(const ByteSet& bytes) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::bytes;
  pattern.bytes = bytes;
  return pattern;
}

Pattern sequence_of(std::string_view text) {
  Pattern pattern;
  for (const char c : text) pattern.parts.push_back(one_of(single(byte(c))));
  return pattern;
}

Pattern repeated(Pattern part, u32 least, u32 most) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::repeat;
  pattern.parts.push_back(std::move(part));
  pattern.least = least;
  pattern.most = most;
  return pattern;
}

std::vector<Pattern> forms_of(const StringDeclaration& string) {
  std::vector<Pattern> forms;
  if (string.kind == StringDeclaration::Kind::hex) {
    forms.push_back(parse_hex_pattern(string.body));
    return forms;
  }
  const bool narrow = string.ascii || !string.wide;
  if (string.kind == StringDeclaration::Kind::text) {
    if (string.base64 || string.base64wide) {
      if (narrow) add_base64(string.body, string, forms);
      if (string.wide) add_base64(wide_text(string.body), string, forms);
      return forms;
    }
    if (string.xor_keys) {
      add_xored(string, forms);
      return forms;
    }
  }
  Pattern pattern = string.kind == StringDeclaration::Kind::text
                        ? sequence_of(string.body)
                        : parse_regex_pattern(string.body, string.nocase, string.dot_all);
  if (string.kind == StringDeclaration::Kind::text && string.nocase)
    pattern = nocased(std::move(pattern));
  if (string.wide) forms.push_back(widened(pattern));
  if (narrow) forms.push_back(std::move(pattern));
  return forms;
}

std::vector<ByteSet> fixed_beginning(const Pattern& pattern, std::size_t most) {
  std::vector<ByteSet> beginning;
  add_beginning(pattern, most, beginning);
  return beginning;
}

std::vector<ByteRun> necessary_runs(const Pattern& pattern) {
  RunSearch search;
  search.add(pattern);
  search.end_run();
  if (search.best.empty()) return {ByteRun()};
  const auto is_any = [](const ByteSet& set) { return set.all(); };
  for (ByteRun& run : search.best) {
    run.erase(run.begin(), std::find_if_not(run.begin(), run.end(), is_any));
    while (!run.empty() && is_any(run.back())) run.pop_back();
  }
  return std::move(search.best);
}

u64 widest(const Pattern& pattern) {
  u64 width = pattern.kind == Pattern::Kind::bytes ? 1 : 0;
  for (const Pattern& part : pattern.parts) {
    const u64 of = widest(part);
    width = pattern.kind == Pattern::Kind::alternatives ? std::max(width, of) : width + of;
  }
  if (pattern.kind == Pattern::Kind::repeat) width *= pattern.most;
  return std::min<u64>(width, Pattern::kUnbounded);
}

double bits_of(const ByteRun& run) {
  double bits = 0;
  for (const ByteSet& set : run) {
    if (set.none()) return 1e9; // nothing matches
    bits += 8 - std::log2(static_cast<double>(set.count()));
  }
  return bits;
}

double bits_of(const std::vector<ByteRun>& runs) {
  if (runs.empty()) return 0;
  double least = 1e9;
  for (const ByteRun& run : runs) least = std::min(least, bits_of(run));
  return std::max(0.0, least - std::log2(static_cast<double>(runs.size())));
}

SearchExpression expression_of(const Pattern& pattern) {
  SearchExpression expression;
  expression.nocase = all_caseless(pattern);
  append_expression(expression.text, pattern, expression.nocase);
  return expression;
}

Pattern any_of(const std::vector<ByteRun>& runs) {
  Pattern any;
  any.kind = Pattern::Kind::alternatives;
  for (const ByteRun& run : runs) {
    Pattern& pattern = any.parts.emplace_back();
    for (const ByteSet& set : run) pattern.parts.push_back(one_of(set));
  }
  return any.parts.size() == 1 ? any.parts.front() : any;
}

} // namespace coldsweep
