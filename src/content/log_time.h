// SPDX-License-Identifier: Apache-2.0
// The times in log records -> units of 100 ns since 1601 UTC, as in NTFS. Pure functions.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

struct LogTime {
  u64 ticks = 0;
  u8 digits = 0; ///< of the second's fraction, as written

  bool operator==(const LogTime&) const = default;
};

/// `2021-03-03T04:05:06.123Z` at the beginning of the text; blank or `T` between date and time, `.`
/// or `,` before the fraction, a zone of `Z`, `+01:00` or `+0100`. Without a zone, UTC is assumed.
/// Absent for impossible dates.
std::optional<LogTime> parse_iso_time(std::string_view text);

/// `03/Mar/2021:04:05:06 +0100`, as web servers other than IIS write, at the beginning of the text.
std::optional<LogTime> parse_clf_time(std::string_view text);

/// From a FILETIME; absent if it is 0 or too late for a year of four digits.
std::optional<LogTime> of_filetime(u64 ticks);

/// ISO 8601 UTC, with as many digits of the fraction as were written.
std::string iso(const LogTime& time);

} // namespace coldsweep
