// SPDX-License-Identifier: Apache-2.0
#include "filesystem/suspicious_times.h"

namespace coldsweep {
namespace {

constexpr u64 kTicksOfSecond = 10'000'000;
constexpr u64 kYear1990 = 122'756'256'000'000'000, kYear2100 = 157'469'184'000'000'000;

bool is_whole_second(u64 time) { return time % kTicksOfSecond == 0; }

} // namespace

bool has_impossible(const Times& times) {
  const auto impossible = [](u64 time) {
    return time != 0 && (time < kYear1990 || time >= kYear2100); // 0: never set
  };
  return impossible(times.created) || impossible(times.modified) ||
         impossible(times.mft_modified) || impossible(times.accessed);
}

std::vector<Anomaly> suspicious_times(const std::optional<Times>& si,
                                      const std::optional<Times>& fn) {
  std::vector<Anomaly> odd;
  for (const std::optional<Times>& times : {si, fn})
    if (times && odd.empty() && has_impossible(*times))
      odd.push_back({"impossible_time", "a time before NTFS existed, or after the year 2100"});
  if (!si || !fn) return odd;
  if (si->created < fn->created)
    odd.push_back({"created_before_name",
                   "created ($STANDARD_INFORMATION) before its name was ($FILE_NAME)"});
  if (is_whole_second(si->created) && is_whole_second(si->modified) && si->modified != 0 &&
      !is_whole_second(fn->created))
    odd.push_back(
        {"whole_seconds",
         "created and modified ($STANDARD_INFORMATION) at whole seconds, as tools that set "
         "times leave it"});
  return odd;
}

} // namespace coldsweep
