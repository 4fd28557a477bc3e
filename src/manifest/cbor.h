// SPDX-License-Identifier: Apache-2.0
// What encoding and decoding of outcomes share, and the check that hostile CBOR must pass before
// the library sees it. Private to manifest/. Pure functions, any thread.
#pragma once

#include "base/types.h"

#include <string>
#include <string_view>
#include <utility>

namespace coldsweep {

/// The version of the format in which outcomes are written.
inline constexpr u64 kOutcomeVersion = 8;

/// Writes CBOR (RFC 8949), with the shortest heads, item by item. The caller sees to it that arrays
/// and maps get as many items as announced.
class CborWriter {
public:
  void number(u64 value) { head(0, value); }
  void integer(i64 value);
  void text(std::string_view text);
  void flag(bool value) { bytes_.push_back(static_cast<char>(value ? 0xF5 : 0xF4)); }
  void null() { bytes_.push_back(static_cast<char>(0xF6)); }
  void array(u64 items) { head(4, items); }
  void map(u64 entries) { head(5, entries); } ///< followed by keys and values by turns

  std::string take() { return std::move(bytes_); }

private:
  void head(u8 type, u64 value);
  std::string bytes_;
};

/// Throws FormatError unless the bytes are exactly one item, built from integers, texts, arrays,
/// maps, booleans and null. All lengths must be definite, the nesting no deeper than that of an
/// outcome, and no container may claim more than the bytes can hold. (nlohmann's reader recurses
/// into nested items and chunked texts as deep as the bytes say.)
void require_plain_cbor(std::string_view bytes);

} // namespace coldsweep
