// SPDX-License-Identifier: GPL-2.0-or-later
// The clock by which libntfs-3g stamps what it writes. One thread.
#pragma once

#include <cstdint>

namespace ntfs_writer {

/// From here on it is that time, 100 ns since 1601, in whole seconds since 1970 at least.
void set_clock(std::uint64_t ntfs_time);

} // namespace ntfs_writer
