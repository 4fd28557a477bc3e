// SPDX-License-Identifier: Apache-2.0
#include "model/case_record.h"

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

} // namespace coldsweep
