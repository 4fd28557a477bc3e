// SPDX-License-Identifier: Apache-2.0
// Escapes and conversions that several formats share. All input may be hostile; the output is valid
// UTF-8. Pure functions.
#pragma once

#include "report/sealed_case.h"

namespace coldsweep::report {

/// For HTML text and attributes: control and bidirectional characters become escapes, `&<>"'`
/// become entities.
std::string html(std::string_view text);
/// The same for XML 1.0.
std::string xml(std::string_view text);

/// JSON without line feeds; invalid UTF-8 is replaced.
std::string json_text(const Json& value);
/// JSON that is safe in a script element: no `<`, `>` or `&`, no line separators.
std::string json_for_script(const Json& value);

/// A text that is longer is cut between characters to at most `limit` bytes, and marked as cut.
std::string clipped(std::string_view text, std::size_t limit);

/// Lower-case hex -> base64. An odd digit at the end is ignored.
std::string base64_of_hex(std::string_view hex);

/// A name-based UUID (RFC 9562, version 5) in a name space of coldsweep's own.
std::string uuid5(std::string_view name);
/// The same in the name space that STIX 2.1 prescribes for identifiers of observables.
std::string stix_uuid5(std::string_view name);

/// A single count of 100 ns would overflow in the year 31197; NTFS times go up to 60056.
struct UnixTime {
  i64 seconds = 0; ///< since 1970
  u32 ticks = 0;   ///< of 100 ns, after that second
  bool operator==(const UnixTime&) const = default;
};

/// Parses an ISO 8601 time of the manifest; absent if it is not one.
std::optional<UnixTime> unix_time(std::string_view iso);

} // namespace coldsweep::report
