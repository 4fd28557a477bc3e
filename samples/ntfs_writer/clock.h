// SPDX-License-Identifier: GPL-2.0-or-later
// The clock that libntfs-3g uses for the times it writes. One thread.
#pragma once

#include <cstdint>

namespace ntfs_writer {

/// Sets the clock to a time in units of 100 ns since 1601, cut to whole seconds. Not before 1970.
void set_clock(std::uint64_t ntfs_time);

} // namespace ntfs_writer
