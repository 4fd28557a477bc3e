// SPDX-License-Identifier: Apache-2.0
#include "cli/sealed_check.h"

#include "base/text.h"
#include "cli/messages.h"
#include "manifest/seal.h"

#include <fmt/format.h>

namespace coldsweep {

bool is_as_sealed(const std::filesystem::path& case_folder, const char* refused) {
  const Verification check = verify_case(case_folder);
  if (!check.first_problem) return true;
  tell(fmt::format("{}, the case is not what was sealed: {}", refused,
                   printable(*check.first_problem)));
  return false;
}

} // namespace coldsweep
