// SPDX-License-Identifier: GPL-2.0-or-later
// The clock libntfs-3g reads: definitions in the program come before those of the C library. It
// starts on 1 March 2021, 00:00 UTC and goes on a millisecond with each call, so that equal recipes
// give equal images.
#include <ctime>

namespace {

constexpr std::time_t kStart = 1614556800;
long ticks = 0;

} // namespace

extern "C" int clock_gettime(clockid_t, struct timespec* now) noexcept {
  now->tv_sec = kStart + ticks / 1000;
  now->tv_nsec = ticks % 1000 * 1000000;
  ++ticks;
  return 0;
}

extern "C" std::time_t time(std::time_t* now) noexcept {
  if (now)
    *now = kStart + ticks / 1000;
  return kStart + ticks / 1000;
}
