// SPDX-License-Identifier: Apache-2.0
// What an EWF set says about its acquisition, and the hashes it stores. Bounded and safe to
// display.
#pragma once

#include "image/ewf_handle.h"
#include "image/known_gaps.h"

#include <map>
#include <string>
#include <vector>

namespace coldsweep {

/// Those of case_number, evidence_number, examiner, description, notes, acquired, system_date,
/// tool, acquiry_os, model, serial_number that the set has.
std::map<std::string, std::string> ewf_acquisition(const EwfHandle& handle);

/// Those of `md5` and `sha1`, in hex, that the set has.
std::map<std::string, std::string> ewf_stored_hashes(const EwfHandle& handle);

/// The sectors that could not be read at acquisition (section `error2`). Throws FormatError for
/// more than a million entries.
std::vector<MediaRange> ewf_acquisition_errors(const EwfHandle& handle);

} // namespace coldsweep
