// SPDX-License-Identifier: Apache-2.0
#include "model/case_record.h"

#include <fmt/format.h>

namespace coldsweep {

std::string_view name_of(VolumeStatus status) {
  switch (status) {
  case VolumeStatus::swept: return "swept";
  case VolumeStatus::locked: return "locked";
  case VolumeStatus::unsupported: return "unsupported";
  case VolumeStatus::unreadable: return "unreadable";
  }
  return "unknown";
}

std::string place_of(const RejectedRules& rejected) {
  return rejected.line == 0 ? rejected.path : fmt::format("{}({})", rejected.path, rejected.line);
}

void LogCoverage::add(u64 more_files, std::optional<u64> more_oldest,
                      std::optional<u64> more_newest) {
  files += more_files;
  if (more_oldest && (!oldest || *more_oldest < *oldest)) oldest = more_oldest;
  if (more_newest && (!newest || *more_newest > *newest)) newest = more_newest;
}

} // namespace coldsweep
