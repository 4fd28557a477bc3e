// SPDX-License-Identifier: Apache-2.0
// What can be asked of content without searching it: its size, integers and bytes at known offsets, and the
// external variables of a path. Answers are exact, or `unknown`. Immutable; any thread. Private to rules/.
#pragma once

#include "rules/prefilter/pattern.h"
#include "rules/scanner.h"

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

/// One of these byte runs stands at an offset.
struct BytesAt {
  Quantity offset;
  std::vector<std::vector<ByteSet>> runs;
};

struct ExternalTest {
  std::size_t variable = 0; // index in kExternalNames
  std::string op;           // ==, contains, icontains, startswith, ..., matches
  std::string text;         // as it stands in the rule
  std::vector<ByteRun>
      runs{}; // of `matches`: one of these stands in the value, or it doesn't match
};

struct Probe {
  enum class Kind : u8 { comparison, bytes_at, external };
  Kind kind = Kind::comparison;
  Comparison comparison;
  BytesAt bytes_at;
  ExternalTest external;
  std::string shown; // in YARA-like terms; equal probes show equally
};

struct SizeRange {
  u64 least = 0, most = 0;
};

Answer ask(const Probe& probe, ByteView content, const Externals& externals);
/// When no more is known than the size: an interval.
Answer ask(const Probe& probe, const SizeRange& size);
/// Whether only content within the first `bytes` bytes decides, neither size nor externals.
bool asks_only_beginning(const Probe& probe, u64 bytes);

} // namespace coldsweep
