// SPDX-License-Identifier: Apache-2.0
#include "prefilter/packed_formulas.h"

#include "base/error.h"

namespace coldsweep {

u32 PackedFormulas::add(const Formula& formula) {
  constexpr u64 most = u64{1} << (32 - kIndex);
  const std::size_t place = words_.size();
  const bool flag = formula.kind == Formula::Kind::constant ? formula.value : formula.negated;
  const bool has_parts = formula.kind == Formula::Kind::at_least;
  const std::size_t index = has_parts ? formula.parts.size() : formula.index;
  if (index >= most || place >= most) throw Error("the conditions of the rules are too large");
  words_.push_back(static_cast<u32>(index << kIndex) | (flag ? kValue : 0) | tag(formula.kind));
  if (has_parts) {
    words_.push_back(formula.least);
    words_.push_back(0);
    for (const Formula& part : formula.parts) add(part);
    words_[place + 2] = static_cast<u32>(words_.size());
  }
  return static_cast<u32>(place);
}

Formula PackedFormulas::unpacked(u32 place) const {
  const u32 word = words_[place];
  Formula formula;
  formula.kind = kind_of(word);
  switch (formula.kind) {
  case Formula::Kind::constant: formula.value = (word & kValue) != 0; break;
  case Formula::Kind::string: formula.index = word >> kIndex; break;
  case Formula::Kind::probe:
    formula.index = word >> kIndex;
    formula.negated = (word & kValue) != 0;
    break;
  case Formula::Kind::at_least:
    formula.least = words_[place + 1];
    formula.parts.resize(word >> kIndex);
    place += kHead;
    for (Formula& part : formula.parts) {
      part = unpacked(place);
      place = end_of(place);
    }
    break;
  }
  return formula;
}

} // namespace coldsweep
