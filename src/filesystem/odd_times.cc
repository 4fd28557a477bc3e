// SPDX-License-Identifier: Apache-2.0
#include "filesystem/odd_times.h"

namespace coldsweep {
namespace {

constexpr u64 kTicksOfSecond = 10'000'000;

bool is_whole_second(u64 time) { return time % kTicksOfSecond == 0; }

} // namespace

std::vector<Anomaly> odd_times(const std::optional<Times>& si, const std::optional<Times>& fn) {
  std::vector<Anomaly> odd;
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
