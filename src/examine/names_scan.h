// SPDX-License-Identifier: Apache-2.0
// Scans content under each of its names: rules that read external variables once for each name, the
// others once. Knows nothing about where the bytes come from.
#pragma once

#include "model/outcome.h"
#include "rules/scanner.h"

#include <string>
#include <vector>

namespace coldsweep {

struct ScanFailure {
  bool timed_out = false;
  bool of_all = false; ///< under the first name: nothing is known about the content
  std::string message;
};

/// The failure of what the deadline cut short, in words.
std::string time_is_over(const Deadline& deadline);

struct NamesScan {
  std::vector<Finding> findings; ///< only cause and matches, by offset in the content
  std::vector<std::string> truncated;
  std::vector<ScanFailure> failures;

  bool failed() const { return !failures.empty() && failures.front().of_all; }
};

struct TimedScanner {
  Scanner& scanner;
  const Deadline& deadline; ///< of the stream
};

/// `names` has at least one; their `filetype` is set to `type`. Throws Stopped with the deadline.
NamesScan scan_under_names(const TimedScanner& timed, ByteView content, std::span<Externals> names,
                           const std::string& type);

/// The same for raw space, which has one name. A rule whose strings occur but whose condition can't
/// be judged there gives a finding of a part `strings_only`.
NamesScan scan_raw_space(const TimedScanner& timed, ByteView content, Externals& name,
                         const std::string& type);

/// Adds findings. A rule has one finding for each stream (or part of it): further ones only add
/// their matches to it.
void merge_findings(std::vector<Finding>& into, std::vector<Finding>&& more);

} // namespace coldsweep
