// SPDX-License-Identifier: Apache-2.0
// Memory that was freed, but that the allocator keeps for later.
#pragma once

namespace coldsweep {

/// Gives it back to the system. For after work that took much more than what is left of it. Takes
/// some milliseconds. Any thread.
void give_back_free_memory();

} // namespace coldsweep
