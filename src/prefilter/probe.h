// SPDX-License-Identifier: Apache-2.0
// What can be known of content without searching it: its size, integers and bytes at known offsets,
// and the external variables of a path. Answers are exact, or `unknown`. Immutable; any thread.
#pragma once

#include "base/checked.h"
#include "model/externals.h"
#include "prefilter/pattern.h"

#include <compare>

namespace coldsweep {

enum class Answer : u8 { no, yes, unknown };

/// An integer expression over size and content alone.
struct Quantity {
  enum class Kind : u8 { constant, filesize, read, arithmetic };
  Kind kind = Kind::constant;
  i64 value = 0;
  u8 width = 0; // of a read, in bytes
  bool is_signed = false, big_endian = false;
  char op = 0; // + - * & | ^, < and > (shifts), and ~ and _ (minus) of one argument
  std::vector<Quantity> args;
  bool operator==(const Quantity&) const = default;
};

struct Comparison {
  Quantity left, right;
  std::string op;
};

/// One of these byte runs is at an offset.
struct BytesAt {
  Quantity offset;
  std::vector<std::vector<ByteSet>> runs;
};

struct ExternalTest {
  std::size_t variable = 0;    // index in kExternalNames
  std::string op;              // ==, contains, icontains, startswith, ..., matches
  std::string text;            // as in the rule
  std::vector<ByteRun> runs{}; // of `matches`: it needs one of these in the value
};

struct Probe {
  enum class Kind : u8 { comparison, bytes_at, external };
  Kind kind = Kind::comparison;
  Comparison comparison;
  BytesAt bytes_at;
  ExternalTest external;
  std::string shown; // in YARA-like words; the same for equal probes
};

struct SizeRange {
  u64 least = 0, most = 0;
};

/// Content that may be known only by its first bytes. A probe of what follows them has no answer.
struct KnownContent {
  ByteView head;
  u64 size = 0; ///< of all of it

  KnownContent(ByteView whole) : head(whole), size(whole.size()) {}
  KnownContent(ByteView beginning, u64 whole_size) : head(beginning), size(whole_size) {}
  /// Whether [offset, offset + length) is content, but not known.
  bool is_beyond_head(u64 offset, u64 length) const {
    return fits(offset, length, size) && !fits(offset, length, head.size());
  }
};

Answer ask(const Probe& probe, const KnownContent& content, const Externals& externals);
/// If only the size is known, as an interval.
Answer ask(const Probe& probe, const SizeRange& size);
/// Whether only the first `bytes` bytes of content decide, neither size nor externals.
bool asks_only_beginning(const Probe& probe, u64 bytes);

} // namespace coldsweep
