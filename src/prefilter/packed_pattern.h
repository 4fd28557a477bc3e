// SPDX-License-Identifier: Apache-2.0
// Patterns as they are kept: a rule set has millions of bytes to look for, and a Pattern takes some
// seventy bytes for each. Immutable; any thread.
#pragma once

#include "prefilter/pattern.h"

namespace coldsweep {

class PackedPattern {
public:
  /// Not explicit: a list of patterns is a list of these.
  PackedPattern(const Pattern& pattern);

  /// The same pattern.
  Pattern unpacked() const;
  /// Bytes of the longest match; Pattern::kUnbounded for that many or more.
  u64 widest() const { return widest_; }
  /// Whether it is a sequence of bytes or classes of them.
  bool is_plain() const { return is_plain_; }

private:
  std::string code_;
  u32 widest_ = 0;
  bool is_plain_ = false;
};

} // namespace coldsweep
