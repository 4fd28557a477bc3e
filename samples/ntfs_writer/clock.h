// SPDX-License-Identifier: GPL-2.0-or-later
// The clock for the time stamps that libntfs-3g writes. One thread.
#pragma once

#include <cstdint>

namespace ntfs_writer {

/// Sets the time: 100 ns since 1601, rounded down to seconds, not before 1970.
void set_clock(std::uint64_t ntfs_time);

} // namespace ntfs_writer
