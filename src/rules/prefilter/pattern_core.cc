// SPDX-License-Identifier: Apache-2.0
#include "rules/prefilter/pattern_core.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kLong = 32; // bytes that a repeat of a core may take more or less of

/// How rare it is that the pattern matches at a place, at least: log2 of one in how many.
double least_bits(const Pattern& pattern) {
  switch (pattern.kind) {
  case Pattern::Kind::bytes:
    return pattern.bytes.none() ? 8 : 8 - std::log2(static_cast<double>(pattern.bytes.count()));
  case Pattern::Kind::repeat: return pattern.least * least_bits(pattern.parts.front());
  case Pattern::Kind::sequence: {
    double bits = 0;
    for (const Pattern& part : pattern.parts) bits += least_bits(part);
    return bits;
  }
  case Pattern::Kind::alternatives: break;
  }
  if (pattern.parts.empty()) return 0;
  double least = least_bits(pattern.parts.front());
  for (const Pattern& part : pattern.parts) least = std::min(least, least_bits(part));
  return std::max(0.0, least - std::log2(static_cast<double>(pattern.parts.size())));
}

/// Its parts in a row, those of sequences within it, too.
void flatten(const Pattern& pattern, std::vector<const Pattern*>& row) {
  if (pattern.kind != Pattern::Kind::sequence) return row.push_back(&pattern);
  for (const Pattern& part : pattern.parts) flatten(part, row);
}

bool is_long(const Pattern& part) {
  if (part.kind == Pattern::Kind::bytes) return false;
  if (part.kind == Pattern::Kind::repeat && part.most != part.least && widest(part) > kLong)
    return true;
  return std::any_of(part.parts.begin(), part.parts.end(), is_long);
}

} // namespace

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
  double best_bits = 0;
  const auto end_slice = [&] {
    const double bits = least_bits(current);
    if (bits > best_bits) {
      best_bits = bits;
      best = std::move(current);
    }
    current = Pattern();
  };
  for (const Pattern* part : row) {
    if (is_long(*part))
      end_slice();
    else
      current.parts.push_back(*part);
  }
  end_slice();
  return best;
}

} // namespace coldsweep
