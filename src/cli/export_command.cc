// SPDX-License-Identifier: Apache-2.0
// `coldsweep export`: checks that a case is still what was sealed, then packs it.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/new_output.h"
#include "cli/sealed_check.h"
#include "report/bag.h"
#include "report/zip.h"

#include <fmt/format.h>

namespace coldsweep {

int run_export(const ExportArguments& arguments) {
  if (arguments.zip) require_new_file(*arguments.zip);
  if (arguments.bag) report::check_bag_folder(*arguments.bag, arguments.case_folder);
  if (!is_as_sealed(arguments.case_folder, "nothing is exported")) return 3;
  if (arguments.zip) {
    const report::ZipSummary zip =
        report::write_zip(arguments.case_folder, *arguments.zip, arguments.password);
    fmt::print("Zip: {}, {} files, {}\n", arguments.zip->string(), zip.files,
               human_size(zip.bytes));
    return 0;
  }
  const report::SealedCase sealed(arguments.case_folder);
  const report::BagSummary bag =
      report::write_bag(sealed, arguments.case_folder, arguments.bag.value());
  fmt::print("Bag: {}, {} files, {}\n", arguments.bag->string(), bag.files, human_size(bag.bytes));
  return 0;
}

} // namespace coldsweep
