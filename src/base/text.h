// SPDX-License-Identifier: Apache-2.0
// Text that is safe to display and store: hex, human-readable sizes, NTFS's UTF-16 names as UTF-8.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>

namespace coldsweep {

/// Lower-case hex, two digits per byte.
std::string hex(ByteView bytes);

/// "1.5 GiB", "312 bytes".
std::string human_size(u64 bytes);

/// "64M", "1GiB", "4096" in bytes (units are powers of 1,024); absent if it is not a size.
std::optional<u64> parse_size(std::string_view text);

/// ASCII letters in lower case, everything else unchanged.
std::string ascii_lower(std::string_view text);

struct DecodedName {
  std::string utf8;
};

/// Little-endian UTF-16, as NTFS stores names. NUL and what is not valid UTF-16 (a lone surrogate,
/// an odd byte at the end) become `\uXXXX`. A backslash, which NTFS permits in the POSIX namespace,
/// becomes `\u005c`. So two names that differ on disk differ here.
DecodedName decode_utf16_name(ByteView utf16le);

/// Appends one code point as UTF-8.
void append_utf8(std::string& to, char32_t code_point);

/// Whether the text is valid UTF-8.
bool is_utf8(std::string_view text);

/// The text with each byte that is not part of valid UTF-8 as `\xNN`; valid UTF-8 is unchanged.
std::string as_utf8(std::string_view text);

/// For a terminal or a log line: control characters, bidirectional controls and invalid UTF-8
/// become `\xNN` or `\u{N}`.
std::string printable(std::string_view text);

} // namespace coldsweep
