// SPDX-License-Identifier: Apache-2.0
// What the examiner says of a case: whose it is, and which exhibit. Nothing of it changes what is found.
#pragma once

#include <optional>
#include <string>

namespace coldsweep {

struct CaseInfo {
  std::optional<std::string> case_number, exhibit, examiner, agency, notes;
  bool operator==(const CaseInfo&) const = default;
};

} // namespace coldsweep
