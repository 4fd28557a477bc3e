// SPDX-License-Identifier: Apache-2.0
// A file's or folder's name -> what is odd about it. Such names are ordinary to NTFS, but Win32
// hides them, can't open them, or shows something else. Pure functions, any thread.
#pragma once

#include "model/outcome.h"

#include <string_view>
#include <vector>

namespace coldsweep {

/// The anomalies of one name, sorted by their own names. The name is in UTF-8, with escapes as in
/// FileName.
std::vector<Anomaly> suspicious_name(std::string_view name);

/// Whether Win32 takes the name for a device: CON, COM1, ..., also with an extension.
bool is_device_name(std::string_view name);

} // namespace coldsweep
