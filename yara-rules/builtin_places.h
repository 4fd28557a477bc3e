// SPDX-License-Identifier: Apache-2.0
// `places.toml` of this folder, embedded at build time. Constant data, any thread.
#pragma once

#include <string_view>

namespace coldsweep {

std::string_view builtin_places();

} // namespace coldsweep
