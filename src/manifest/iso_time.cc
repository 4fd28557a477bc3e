// SPDX-License-Identifier: Apache-2.0
// NTFS time -> ISO 8601, in the proleptic Gregorian calendar, for every value that a hostile record
// can hold.
#include "manifest/record.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr u64 kTicksPerSecond = 10'000'000;
constexpr u64 kSecondsPerDay = 86'400;

struct Date {
  u64 year, month, day;
};

bool is_leap(u64 year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/// The epoch is the first day of a cycle of 400 years. So within each unit below only the last
/// member can be longer or shorter than the others.
Date date_of(u64 days_since_1601) {
  constexpr u64 days_in_400 = 146'097, days_in_100 = 36'524, days_in_4 = 1'461, days_in_1 = 365;
  u64 rest = days_since_1601;
  u64 year = 1601 + 400 * (rest / days_in_400);
  rest %= days_in_400;
  const u64 centuries = std::min<u64>(rest / days_in_100, 3);
  rest -= centuries * days_in_100;
  const u64 fours = rest / days_in_4;
  rest %= days_in_4;
  const u64 ones = std::min<u64>(rest / days_in_1, 3);
  rest -= ones * days_in_1;
  year += 100 * centuries + 4 * fours + ones;

  constexpr std::array<u64, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  u64 month = 0;
  for (; month < 11; ++month) {
    const u64 length = lengths.at(month) + (month == 1 && is_leap(year) ? 1 : 0);
    if (rest < length) break;
    rest -= length;
  }
  return {year, month + 1, rest + 1};
}

} // namespace

std::optional<std::string> iso_time(u64 ntfs_time) {
  if (ntfs_time == 0) return std::nullopt;
  const u64 seconds = ntfs_time / kTicksPerSecond;
  const u64 of_day = seconds % kSecondsPerDay;
  const Date date = date_of(seconds / kSecondsPerDay);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z", date.year, date.month, date.day,
                     of_day / 3600, of_day / 60 % 60, of_day % 60, ntfs_time % kTicksPerSecond);
}

} // namespace coldsweep
