// SPDX-License-Identifier: Apache-2.0
// What the examiner states about a case: case number, exhibit, names. It never changes what is
// found.
#pragma once

#include <optional>
#include <string>

namespace coldsweep {

struct CaseInfo {
  std::optional<std::string> case_number, exhibit, examiner, agency, notes;
  bool operator==(const CaseInfo&) const = default;
};

} // namespace coldsweep
