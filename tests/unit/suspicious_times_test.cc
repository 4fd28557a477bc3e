// SPDX-License-Identifier: Apache-2.0
#include "filesystem/suspicious_times.h"
#include "support/catch.h"

using namespace coldsweep;

namespace {

constexpr u64 kSecond = 10'000'000;
constexpr u64 kNow = 132'592'179'060'000'000 + 1234567; // March 2021

std::vector<std::string> names(const std::optional<Times>& si, const std::optional<Times>& fn) {
  std::vector<std::string> all;
  for (const Anomaly& odd : suspicious_times(si, fn)) all.push_back(odd.name);
  return all;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("ordinary times, those of copies and those never set are not odd") {
  const Times fn{kNow, kNow, kNow, kNow};
  CHECK(names(fn, fn).empty());
  CHECK(names(Times{kNow + 9, kNow - kSecond, kNow, kNow}, fn).empty()); // a copy: modified before
  CHECK(names(Times{kNow, 0, 0, 0}, fn).empty());
  CHECK(names(std::nullopt, fn).empty());
  CHECK(names(fn, std::nullopt).empty());
}

TEST_CASE("a file created before its name is odd, whatever the other times") {
  const Times fn{kNow, kNow, kNow, kNow};
  CHECK(names(Times{kNow - 1, kNow, kNow, kNow}, fn) == Names{"created_before_name"});
}

TEST_CASE("times set to whole seconds are odd if those of the name are not") {
  const u64 whole = kNow / kSecond * kSecond + kSecond;
  const Times fn{kNow, kNow, kNow, kNow};
  CHECK(names(Times{whole, whole, kNow, kNow}, fn) == Names{"whole_seconds"});
  CHECK(names(Times{whole, whole + 1, kNow, kNow}, fn).empty());
  CHECK(names(Times{whole, whole, kNow, kNow}, Times{whole, kNow, kNow, kNow}).empty());
}

TEST_CASE("times before NTFS existed or after 2100 are odd, and reported once") {
  const Times fn{kNow, kNow, kNow, kNow};
  CHECK(names(Times{kNow, kNow, kNow, 1}, fn) == Names{"impossible_time"});
  CHECK(names(Times{kNow, kNow, kNow, ~u64{0}}, std::nullopt) == Names{"impossible_time"});
  CHECK(names(fn, Times{kNow, 157'469'184'000'000'000, kNow, kNow}) == Names{"impossible_time"});
  CHECK(names(Times{kNow, 157'469'183'999'999'999, kNow, kNow}, fn).empty());
}
