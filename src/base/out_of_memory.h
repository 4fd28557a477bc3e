// SPDX-License-Identifier: Apache-2.0
// For memory that runs out where no exception can be thrown, in a destructor of a library say.
#pragma once

namespace coldsweep {

/// From now on, std::terminate writes a message to stderr and ends the process with `status`
/// instead of aborting it. Call it once, from main.
void end_with_message_on_terminate(int status);

} // namespace coldsweep
