// SPDX-License-Identifier: Apache-2.0
// Formulas in a row, each a few words: a class of content has those of thousands of rules. Once
// filled, any thread may read.
#pragma once

#include "prefilter/formula.h"

namespace coldsweep {

class PackedFormulas {
public:
  /// Where it begins, which names it from then on.
  u32 add(const Formula& formula);
  Formula unpacked(u32 place) const;
  bool is_true(u32 place) const { return words_[place] == (kValue | tag(Formula::Kind::constant)); }
  u64 bytes() const { return words_.capacity() * sizeof(u32); }
  void shrink() { words_.shrink_to_fit(); }

  /// As of a Formula.
  template <typename Occurs, typename Ask>
  bool may_hold(u32 place, const Occurs& occurs, const Ask& ask) const {
    const u32 word = words_[place];
    switch (kind_of(word)) {
    case Formula::Kind::constant: return (word & kValue) != 0;
    case Formula::Kind::string: return occurs(word >> kIndex);
    case Formula::Kind::probe:
      return ask(word >> kIndex) != ((word & kValue) != 0 ? Answer::yes : Answer::no);
    case Formula::Kind::at_least: break;
    }
    u32 missing = words_[place + 1], left = word >> kIndex, part = place + kHead;
    for (; left > 0; --left, part = end_of(part)) {
      if (missing == 0) return true;
      if (left < missing) return false;
      if (may_hold(part, occurs, ask)) --missing;
    }
    return missing == 0;
  }

private:
  // A word has the kind in its two lowest bits, a flag, and an index or a number of parts. In an
  // at_least, the number that must hold and the place of what follows come next, then its parts.
  static constexpr u32 kValue = 4, kIndex = 3, kHead = 3;
  static constexpr u32 tag(Formula::Kind kind) { return static_cast<u32>(kind); }
  static Formula::Kind kind_of(u32 word) { return static_cast<Formula::Kind>(word & 3); }
  u32 end_of(u32 place) const {
    return kind_of(words_[place]) == Formula::Kind::at_least ? words_[place + 2] : place + 1;
  }

  std::vector<u32> words_;
};

} // namespace coldsweep
