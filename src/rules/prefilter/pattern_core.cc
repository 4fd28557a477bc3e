// SPDX-License-Identifier: Apache-2.0
#include "rules/prefilter/pattern_core.h"

#include "rules/prefilter/usual_content.h"

#include <algorithm>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kLong = 32; // bytes that a repeat of a core may take more or less of

/// Its parts in a row, those of sequences within it, too.
void flatten(const Pattern& pattern, std::vector<const Pattern*>& row) {
  if (pattern.kind != Pattern::Kind::sequence) return row.push_back(&pattern);
  for (const Pattern& part : pattern.parts) flatten(part, row);
}

} // namespace

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
