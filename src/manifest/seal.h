// SPDX-License-Identifier: Apache-2.0
// Journal -> sealed `manifest.jsonl`, and the check of a sealed case. Neither needs libtsk or
// libyara.
#pragma once

#include "base/stop.h"
#include "manifest/journal.h"
#include "manifest/ranking.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace coldsweep {

struct SealSummary {
  u64 records = 0, findings = 0, issues = 0;
  std::string sha256;
  StreamCounts streams;
  ByteAccount bytes;
  SpaceAccount space;                           ///< of all swept volumes
  std::map<std::string, u64> findings_by_cause; ///< title_of() the cause -> number
  std::map<std::string, u64> issues_by_kind;
  u64 unseen = 0; ///< issues for which hides_content() is true
  Ranking ranking;
  std::map<std::string, LogCoverage> logs; ///< by family, over all volumes
};

/// Adds to a finding what can only be known once all findings are. Called in the manifest's order.
using FindingAdjuster = std::function<void(Finding&)>;

/// Writes the manifest in the order of the contract: case, volumes, findings, issues, coverage,
/// seal. Its bytes depend only on the content of the journal and on `adjust`. Writes a temporary
/// file and renames it; the manifest is durable on return. Throws Error, or Stopped once `stop` is
/// set (null: no such flag); the case is then as before.
SealSummary seal(const Journal& journal, const std::filesystem::path& case_folder,
                 const FindingAdjuster& adjust = {}, const StopFlag* stop = nullptr);

struct Verification {
  std::optional<std::string> first_problem; ///< file, line and what is wrong; absent if nothing is
  u64 records = 0, findings = 0, issues = 0, evidence_files = 0;
};

/// Checks the seal and the counts, that every line is a record in its place, that every evidence
/// copy matches its name, and that the other files match `files.sha256`, if there is one. Throws
/// UsageError if there is no such folder, Error if it is not a case or not sealed.
Verification verify_case(const std::filesystem::path& case_folder);

} // namespace coldsweep
