// SPDX-License-Identifier: Apache-2.0
// The order in which streams are read: that of their first stored byte on the volume.
#pragma once

#include "base/large_pages.h"
#include "model/stream.h"

namespace coldsweep {

/// Those without a stored byte come last; streams of one place stay in the order they were in.
void sort_by_place(LargeVector<StreamRef>& streams);

} // namespace coldsweep
