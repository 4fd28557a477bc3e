// SPDX-License-Identifier: Apache-2.0
// The order in which streams are read: by their first stored byte on the volume.
#pragma once

#include "base/large_pages.h"
#include "model/stream.h"

namespace coldsweep {

/// Streams without a stored byte come last. Streams at the same place keep their order.
void sort_by_place(LargeVector<StreamRef>& streams);

} // namespace coldsweep
