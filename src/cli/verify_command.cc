// SPDX-License-Identifier: Apache-2.0
// `coldsweep verify`: says whether a sealed case still is what was sealed.
#include "cli/commands.h"

#include "base/text.h"
#include "manifest/seal.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coldsweep {

int run_verify(const VerifyArguments& arguments) {
  const Verification result = verify_case(arguments.case_folder);
  if (arguments.json) {
    nlohmann::ordered_json json{{"holds", !result.first_problem},
                                {"records", result.records},
                                {"findings", result.findings},
                                {"issues", result.issues},
                                {"evidence_files", result.evidence_files}};
    json["first_problem"] =
        result.first_problem ? nlohmann::ordered_json(*result.first_problem) : nullptr;
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else if (result.first_problem) {
    fmt::print("DIFFERS: {}\n", printable(*result.first_problem));
  } else {
    fmt::print("The case holds: {} records, {} findings, {} issues, {} evidence files\n",
               result.records, result.findings, result.issues, result.evidence_files);
  }
  return result.first_problem ? 3 : 0;
}

} // namespace coldsweep
