// SPDX-License-Identifier: Apache-2.0
#include "prefilter/pattern.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u32 kMostCounted = 32;      // of a repeat: counting further costs more than it tells
constexpr std::size_t kMostRun = 64;  // bytes of a run
constexpr std::size_t kMostRuns = 64; // one of which must be in a match

constexpr unsigned char byte(char c) { return static_cast<unsigned char>(c); }

bool is_letter(unsigned c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Both cases of a letter, and nothing else.
bool is_caseless(const ByteSet& set) {
  if (set.count() == 1) return !is_letter(static_cast<unsigned>(set._Find_first()));
  if (set.count() != 2) return false;
  const std::size_t upper = set._Find_first();
  return upper >= 'A' && upper <= 'Z' && set[upper + 32];
}

ByteSet single(unsigned value) {
  ByteSet set;
  set.set(value);
  return set;
}

/// Finds, from left to right, what every match contains.
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

/// False if the rest has no fixed place.
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
