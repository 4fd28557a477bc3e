// SPDX-License-Identifier: Apache-2.0
#include "prefilter/usual_content.h"

#include <algorithm>
#include <cmath>

namespace coldsweep {
namespace {

// Values that a byte of a word has at most: a letter in both cases, a quote of either kind.
constexpr std::size_t kWord = 4;

/// Few in words, more between them, most outside text.
double usual_bits(unsigned byte) {
  if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return 1.2;
  if (byte >= '0' && byte <= '9') return 3;
  if (byte == 0 || byte == ' ' || byte == '\n') return 1;
  return byte > ' ' && byte < 0x7f ? 4 : 6;
}

double usual_bits(const ByteSet& set) {
  if (set.all()) return 0;
  double least = 8 - std::log2(static_cast<double>(set.count()));
  for (unsigned byte = 0; byte < set.size(); ++byte)
    if (set[byte]) least = std::min(least, usual_bits(byte));
  return least;
}

double bits_of_place(const ByteSet& set) { return set.count() <= kWord ? usual_bits(set) : 0; }

/// The best word in a pattern. The last word may continue: `open` has its bits so far.
double best_word_bits(const Pattern& pattern, double& open) {
  if (pattern.kind == Pattern::Kind::bytes) {
    const double bits = bits_of_place(pattern.bytes);
    return open = bits > 0 ? open + bits : 0;
  }
  double best = open;
  if (pattern.kind == Pattern::Kind::sequence) {
    for (const Pattern& part : pattern.parts) best = std::max(best, best_word_bits(part, open));
    return best;
  }
  open = 0;
  if (pattern.kind == Pattern::Kind::repeat)
    return pattern.least == 0 ? best : std::max(best, best_word_bits(pattern.parts.front()));
  if (pattern.parts.empty()) return best;
  double least = best_word_bits(pattern.parts.front());
  for (const Pattern& part : pattern.parts) least = std::min(least, best_word_bits(part));
  return std::max(best, least);
}

} // namespace

double best_word_bits(const Pattern& pattern) {
  double open = 0;
  return best_word_bits(pattern, open);
}

double usual_rate(const Pattern& pattern) {
  double rate = 0;
  for (const ByteRun& run : necessary_runs(pattern)) {
    double bits = 0;
    for (const ByteSet& set : run) bits += usual_bits(set);
    rate += std::exp2(-bits);
  }
  return rate;
}

double word_bits(const Pattern& pattern) {
  switch (pattern.kind) {
  case Pattern::Kind::bytes: return bits_of_place(pattern.bytes);
  case Pattern::Kind::repeat: return pattern.least * word_bits(pattern.parts.front());
  case Pattern::Kind::sequence: {
    double bits = 0;
    for (const Pattern& part : pattern.parts) bits += word_bits(part);
    return bits;
  }
  case Pattern::Kind::alternatives: break;
  }
  if (pattern.parts.empty()) return 0;
  double least = word_bits(pattern.parts.front());
  for (const Pattern& part : pattern.parts) least = std::min(least, word_bits(part));
  return std::max(0.0, least - std::log2(static_cast<double>(pattern.parts.size())));
}

} // namespace coldsweep
