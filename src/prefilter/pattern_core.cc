// SPDX-License-Identifier: Apache-2.0
#include "prefilter/pattern_core.h"

#include "prefilter/usual_content.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kLong = 32;          // bytes that a repeat may vary by within a core
constexpr std::size_t kIdle = 252; // a byte with at least this many values says nothing

/// Its parts in a row, including those of sequences within it.
void flatten(const Pattern& pattern, std::vector<const Pattern*>& row) {
  if (pattern.kind != Pattern::Kind::sequence) return row.push_back(&pattern);
  for (const Pattern& part : pattern.parts) flatten(part, row);
}

/// In a wide form, pairs of any byte and zero are idle too.
bool is_idle(const Pattern& pattern) {
  switch (pattern.kind) {
  case Pattern::Kind::bytes: return pattern.bytes.count() >= kIdle;
  case Pattern::Kind::repeat: return is_idle(pattern.parts.front());
  case Pattern::Kind::alternatives: return false;
  case Pattern::Kind::sequence: break;
  }
  const auto is_zero = [](const Pattern& part) {
    return part.kind == Pattern::Kind::bytes && part.bytes.count() == 1 && part.bytes[0];
  };
  return !pattern.parts.empty() && is_idle(pattern.parts.front()) &&
         std::all_of(pattern.parts.begin() + 1, pattern.parts.end(),
                     [&](const Pattern& part) { return is_idle(part) || is_zero(part); });
}

/// Whether anything was removed. `end` returns the part at one end of a sequence, `take` removes
/// it.
template <typename End, typename Take>
bool trim(Pattern& pattern, const End& end, const Take& take) {
  bool changed = false;
  while (pattern.kind == Pattern::Kind::sequence && !pattern.parts.empty()) {
    Pattern& part = end(pattern.parts);
    const bool idle = is_idle(part);
    if (!idle && trim(part, end, take)) changed = true;
    if (!idle && !(part.kind == Pattern::Kind::sequence && part.parts.empty())) break;
    take(pattern.parts);
    changed = true;
  }
  return changed;
}

} // namespace

std::optional<Pattern> without_idle_ends(const Pattern& pattern) {
  using Parts = std::vector<Pattern>;
  Pattern left = pattern;
  const bool at_end = trim(
      left, [](Parts& parts) -> Pattern& { return parts.back(); },
      [](Parts& parts) { parts.pop_back(); });
  const bool at_beginning = trim(
      left, [](Parts& parts) -> Pattern& { return parts.front(); },
      [](Parts& parts) { parts.erase(parts.begin()); });
  if ((!at_end && !at_beginning) || left.parts.empty()) return std::nullopt;
  return left;
}

bool has_long_repeat(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::bytes) return false;
  if (pattern.kind == Pattern::Kind::repeat && pattern.most != pattern.least &&
      widest(pattern) > kLong)
    return true;
  return std::any_of(pattern.parts.begin(), pattern.parts.end(), has_long_repeat);
}

Pattern core_of(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::alternatives) {
    Pattern any;
    any.kind = Pattern::Kind::alternatives;
    for (const Pattern& part : pattern.parts) any.parts.push_back(core_of(part));
    return any;
  }
  std::vector<const Pattern*> row;
  flatten(pattern, row);
  Pattern best, current;
  std::pair<double, double> best_bits;
  const auto end_slice = [&] {
    const std::pair bits{best_word_bits(current), word_bits(current)};
    if (bits > best_bits) {
      best_bits = bits;
      best = std::move(current);
    }
    current = Pattern();
  };
  for (const Pattern* part : row) {
    if (has_long_repeat(*part))
      end_slice();
    else
      current.parts.push_back(*part);
  }
  end_slice();
  return best;
}

} // namespace coldsweep
