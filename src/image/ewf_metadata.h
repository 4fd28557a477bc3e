// SPDX-License-Identifier: Apache-2.0
// What an EWF set says of its acquisition, and the hashes it stores. Bounded, and safe to show.
#pragma once

#include "image/ewf_handle.h"

#include <map>
#include <string>

namespace coldsweep {

/// case_number, evidence_number, examiner, description, notes, acquired, system_date, tool,
/// acquiry_os, model, serial_number: those that are there.
std::map<std::string, std::string> ewf_acquisition(const EwfHandle& handle);

/// `md5` and `sha1` in hex, those that are there.
std::map<std::string, std::string> ewf_stored_hashes(const EwfHandle& handle);

} // namespace coldsweep
