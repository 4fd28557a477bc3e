// SPDX-License-Identifier: Apache-2.0
// What a string of a rule may look like in content: a pattern over bytes that holds at least all that libyara can
// match. `fullword`, anchors and word boundaries are left out: they only take matches away. Private to rules/.
#pragma once

#include "prefilter/ast.h"

#include <bitset>
#include <limits>

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

/// All forms the string may take, with their modifiers applied. Throws NotUnderstood.
std::vector<Pattern> forms_of(const StringDeclaration& string);

/// The first bytes of whatever the pattern matches, as far as their number is fixed, at most `most`.
std::vector<ByteSet> fixed_beginning(const Pattern& pattern, std::size_t most);

/// Bytes of the longest match; kUnbounded for as many and more.
u64 widest(const Pattern& pattern);

using ByteRun = std::vector<ByteSet>;

/// Runs of bytes of which at least one must stand in whatever the pattern matches, and that say most about it. An empty run
/// stands everywhere.
std::vector<ByteRun> necessary_runs(const Pattern& pattern);

/// How rare a run is: log2 of the number of byte strings of its length over those it permits.
double bits_of(const ByteRun& run);
/// How rare it is that one of the runs stands at a place, at most.
double bits_of(const std::vector<ByteRun>& runs);

struct SearchExpression {
  std::string text; // for Hyperscan, with every byte as it stands
  bool nocase = false;
};

/// One of the runs.
Pattern any_of(const std::vector<ByteRun>& runs);

/// The pattern as an expression; runs and repeats are simplified towards more matches.
SearchExpression expression_of(const Pattern& pattern);

} // namespace coldsweep
