// SPDX-License-Identifier: Apache-2.0
#include "content/log_time.h"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::chrono;

constexpr i64 kTicksPerSecond = 10'000'000;
constexpr i64 kSecondsPerDay = 86'400;
constexpr sys_days kEpoch = sys_days(year(1601) / January / 1);
constexpr i64 kEndOfEra = 8000 * 366 * kSecondsPerDay; // the end of years with four digits

/// Reads from the front of a text. After one mismatch everything fails.
class Cursor {
public:
  explicit Cursor(std::string_view text) : left_(text) {}

  bool good() const { return good_; }
  char peek() const { return left_.empty() ? '\0' : left_.front(); }

  i64 number(std::size_t digits) {
    i64 value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = take();
      good_ &= c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return good_ ? value : 0;
  }
  void one_of(std::string_view characters) {
    good_ &= characters.find(take()) != std::string_view::npos;
  }
  bool skip(std::string_view text) {
    if (!left_.starts_with(text)) return false;
    left_.remove_prefix(text.size());
    return true;
  }
  char take() {
    if (left_.empty()) {
      good_ = false;
      return '\0';
    }
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }

private:
  std::string_view left_;
  bool good_ = true;
};

struct Clock {
  i64 hour = 0, minute = 0, second = 0;
  bool valid() const { return hour < 24 && minute < 60 && second < 61; }
  i64 seconds() const { return hour * 3600 + minute * 60 + second; }
};

Clock read_clock(Cursor& cursor) {
  Clock clock;
  clock.hour = cursor.number(2);
  cursor.one_of(":");
  clock.minute = cursor.number(2);
  cursor.one_of(":");
  clock.second = cursor.number(2);
  return clock;
}

/// Ticks of the fraction. Digits finer than 100 ns are dropped.
i64 read_fraction(Cursor& cursor, u8& digits) {
  i64 ticks = 0;
  for (i64 weight = kTicksPerSecond / 10; cursor.peek() >= '0' && cursor.peek() <= '9';
       weight /= 10) {
    ticks += weight * (cursor.take() - '0');
    if (weight > 0) ++digits;
  }
  return ticks;
}

/// Seconds east of Greenwich.
i64 read_zone(Cursor& cursor) {
  const char sign = cursor.peek();
  if (sign != '+' && sign != '-') return 0;
  cursor.take();
  const i64 hours = cursor.number(2);
  cursor.skip(":");
  const i64 minutes = cursor.number(2);
  return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::optional<u64> ticks_of(const year_month_day& date, i64 seconds) {
  if (!date.ok() || date.year() < year(1601)) return std::nullopt;
  const i64 days = (sys_days(date) - kEpoch).count();
  const i64 total = days * kSecondsPerDay + seconds;
  if (total < 0) return std::nullopt;
  return static_cast<u64>(total * kTicksPerSecond);
}

year_month_day date_of(i64 y, i64 m, i64 d) {
  return year(static_cast<int>(y)) / month(static_cast<unsigned>(m)) /
         day(static_cast<unsigned>(d));
}

/// A shortcut: nearly all texts that are tried don't.
bool begins_with_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

} // namespace

std::optional<LogTime> parse_iso_time(std::string_view text) {
  if (!begins_with_digit(text)) return std::nullopt;
  Cursor cursor(text);
  const i64 y = cursor.number(4);
  cursor.one_of("-/");
  const i64 m = cursor.number(2);
  cursor.one_of("-/");
  const i64 d = cursor.number(2);
  cursor.one_of("T t");
  const Clock clock = read_clock(cursor);
  if (!cursor.good() || !clock.valid()) return std::nullopt;
  LogTime time;
  i64 fraction = 0;
  if (cursor.peek() == '.' || cursor.peek() == ',') {
    cursor.take();
    fraction = read_fraction(cursor, time.digits);
  }
  Cursor zoned = cursor;
  const i64 zone = read_zone(zoned);
  const std::optional<u64> ticks =
      ticks_of(date_of(y, m, d), clock.seconds() - (zoned.good() ? zone : 0));
  if (!ticks) return std::nullopt;
  time.ticks = *ticks + static_cast<u64>(fraction);
  return time;
}

std::optional<LogTime> parse_clf_time(std::string_view text) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!begins_with_digit(text)) return std::nullopt;
  Cursor cursor(text);
  const i64 d = cursor.number(2);
  cursor.one_of("/");
  i64 m = 0;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (cursor.skip(names.at(i))) m = static_cast<i64>(i) + 1;
  cursor.one_of("/");
  const i64 y = cursor.number(4);
  cursor.one_of(":");
  const Clock clock = read_clock(cursor);
  if (!cursor.good() || m == 0 || !clock.valid()) return std::nullopt;
  cursor.skip(" ");
  const i64 zone = read_zone(cursor);
  const std::optional<u64> ticks =
      ticks_of(date_of(y, m, d), clock.seconds() - (cursor.good() ? zone : 0));
  if (!ticks) return std::nullopt;
  return LogTime{*ticks, 0};
}

std::optional<LogTime> of_filetime(u64 ticks) {
  if (ticks == 0 || ticks / kTicksPerSecond >= static_cast<u64>(kEndOfEra)) return std::nullopt;
  return LogTime{ticks, 7};
}

std::string iso(const LogTime& time) {
  const i64 seconds = static_cast<i64>(time.ticks / kTicksPerSecond);
  const i64 of_day = seconds % kSecondsPerDay;
  const year_month_day date(kEpoch + days(seconds / kSecondsPerDay));
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  of_day / 3600, of_day / 60 % 60, of_day % 60);
  if (time.digits > 0)
    text += fmt::format(".{:07}", time.ticks % kTicksPerSecond).substr(0, 1U + time.digits);
  return text + "Z";
}

} // namespace coldsweep
