// SPDX-License-Identifier: Apache-2.0
// What a string of a rule may look like in content: a pattern over bytes that includes everything
// libyara can match. `fullword`, anchors and word boundaries are left out: they only remove
// matches.
#pragma once

#include "base/types.h"

#include <bitset>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

using ByteSet = std::bitset<256>;

struct Pattern {
  enum class Kind : u8 { bytes, sequence, alternatives, repeat };
  static constexpr u32 kUnbounded = std::numeric_limits<u32>::max();
  Kind kind = Kind::sequence;
  ByteSet bytes;
  std::vector<Pattern> parts; // of a repeat: one
  u32 least = 0, most = 0;    // of a repeat
};

Pattern one_of(const ByteSet& bytes);
Pattern sequence_of(std::string_view text);
Pattern repeated(Pattern pattern, u32 least, u32 most);

/// The body of a hex string, between its braces. Throws NotUnderstood.
Pattern parse_hex_pattern(std::string_view body);

/// The body of a regular expression in YARA's dialect. Throws NotUnderstood.
Pattern parse_regex_pattern(std::string_view body, bool nocase, bool dot_all);

/// The first bytes of every match, up to the first part of variable length; at most `most`.
std::vector<ByteSet> fixed_beginning(const Pattern& pattern, std::size_t most);

/// Bytes of the longest match; kUnbounded for that many or more.
u64 widest(const Pattern& pattern);

using ByteRun = std::vector<ByteSet>;

/// Runs of bytes; every match contains at least one of them. They are the most informative ones. An
/// empty run occurs everywhere.
std::vector<ByteRun> necessary_runs(const Pattern& pattern);

/// How rare a run is: log2 of the number of all byte strings of its length over those it permits.
double bits_of(const ByteRun& run);
/// How rare it is, at most, that one of the runs is at a given place.
double bits_of(const std::vector<ByteRun>& runs);

struct SearchExpression {
  std::string text; // for Hyperscan, every byte written out
  bool nocase = false;
};

/// One of the runs.
Pattern any_of(const std::vector<ByteRun>& runs);

/// The pattern as an expression; runs and repeats are simplified so that they match more.
SearchExpression expression_of(const Pattern& pattern);

} // namespace coldsweep
