// SPDX-License-Identifier: Apache-2.0
#include "examine/examine_options.h"

#include <algorithm>
#include <limits>

namespace coldsweep {
namespace {

// libyara scans several times as fast with a few rules, and about this fast with thousands.
constexpr u64 kUsualBytes = 64_MiB;
constexpr u64 kBytesPerSecond = 8_MiB;

} // namespace

Deadline stream_deadline(const ExamineOptions& options, u64 bytes) {
  if (options.timeout_seconds == 0) return Deadline::none(options.stop);
  const u64 more = bytes > kUsualBytes ? (bytes - kUsualBytes) / kBytesPerSecond : 0;
  const u64 seconds =
      std::min<u64>(options.timeout_seconds + more, std::numeric_limits<u32>::max());
  return Deadline(std::chrono::seconds(seconds), options.stop);
}

} // namespace coldsweep
