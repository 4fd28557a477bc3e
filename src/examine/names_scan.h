// SPDX-License-Identifier: Apache-2.0
// One content, scanned under each of its names: rules that read external variables are asked once a name, the others
// once. Nothing here knows where the bytes come from.
#pragma once

#include "model/outcome.h"
#include "rules/scanner.h"

#include <string>
#include <vector>

namespace coldsweep {

struct ScanFailure {
  bool timed_out = false;
  bool of_all = false; ///< under the first name: nothing is known of the content
  std::string message;
};

struct NamesScan {
  std::vector<Finding> findings; ///< cause and matches alone, by offset in the content
  std::vector<std::string> truncated;
  std::vector<ScanFailure> failures;

  bool failed() const { return !failures.empty() && failures.front().of_all; }
};

/// `names` has at least one; their `filetype` is set to `type`.
NamesScan scan_under_names(Scanner& scanner, ByteView content, std::span<Externals> names,
                           const std::string& type);

/// Raw space, which has one name. Rules whose strings stand there but which can't be judged give findings of a part
/// `strings_only`.
NamesScan scan_raw_space(Scanner& scanner, ByteView content, Externals& name,
                         const std::string& type);

/// Adds findings; one of a rule that is there already gives its matches to that, since a rule has one finding a stream
/// (or part of it).
void merge_findings(std::vector<Finding>& into, std::vector<Finding>&& more);

} // namespace coldsweep
