// SPDX-License-Identifier: Apache-2.0
// Stages of issues (Issue::stage) that more than one folder knows.
#pragma once

namespace coldsweep {

/// The issue stands for all of a stream: its examination failed as a whole.
inline constexpr const char* kLostStage = "examine";

} // namespace coldsweep
