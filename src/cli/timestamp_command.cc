// SPDX-License-Identifier: Apache-2.0
// `coldsweep timestamp`: writes the request for a time stamp over a sealed case, and keeps the
// reply.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/new_output.h"
#include "cli/sealed_check.h"
#include "manifest/file_list.h"
#include "manifest/timestamp.h"

#include <fmt/format.h>

namespace coldsweep {

int run_timestamp(const TimestampArguments& arguments) {
  const std::filesystem::path& folder = arguments.case_folder;
  if (arguments.request) require_new_file(*arguments.request);
  if (!is_as_sealed(folder, "nothing is time-stamped")) return 3;
  if (arguments.request) {
    write_timestamp_request(folder, *arguments.request);
    fmt::print("Request: {}\nSend it to a time stamp authority, then run: coldsweep timestamp {} "
               "--reply FILE\n",
               arguments.request->string(), folder.string());
    return 0;
  }
  const Timestamp stamp = keep_timestamp(folder, arguments.reply.value());
  write_file_list(folder);
  fmt::print("Time stamp: {}, by {}; kept as {}\n", stamp.time, printable(stamp.authority),
             (folder / kTimestamp).string());
  return 0;
}

} // namespace coldsweep
