// SPDX-License-Identifier: GPL-2.0-or-later
// The clock that libntfs-3g reads: a definition in the program overrides the C library's. It starts
// on 1 March 2021, 00:00 UTC, unless a recipe sets it, and advances one millisecond with each call,
// so that equal recipes give equal images.
#include "clock.h"

#include <ctime>

namespace {

constexpr std::uint64_t kTicksTo1970 = 116444736000000000, kTicksPerSecond = 10000000;
std::time_t start = 1614556800;
long ticks = 0;

} // namespace

namespace ntfs_writer {

void set_clock(std::uint64_t ntfs_time) {
  start = static_cast<std::time_t>((ntfs_time - kTicksTo1970) / kTicksPerSecond);
  ticks = 0;
}

} // namespace ntfs_writer

extern "C" int clock_gettime(clockid_t, struct timespec* now) noexcept {
  now->tv_sec = start + ticks / 1000;
  now->tv_nsec = ticks % 1000 * 1000000;
  ++ticks;
  return 0;
}

extern "C" std::time_t time(std::time_t* now) noexcept {
  if (now) *now = start + ticks / 1000;
  return start + ticks / 1000;
}
