// SPDX-License-Identifier: Apache-2.0
// Journal -> sealed `manifest.jsonl`, and the check of a sealed case. Neither needs libtsk or libyara.
#pragma once

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
  std::map<std::string, u64> findings_by_cause; ///< name of the rule, hash set or anomaly -> number
  std::map<std::string, u64> issues_by_kind;
  u64 unseen = 0; ///< issues that name content which nobody looked at
  Ranking ranking;
  std::map<std::string, LogCoverage> logs; ///< by family, of all volumes
};

/// What can only be said of a finding when all are known; called in the manifest's order.
using FindingAdjuster = std::function<void(Finding&)>;

/// Writes the manifest: case, volumes, findings, issues, coverage, seal, in the contract's order, so that the bytes
/// depend only on what the journal holds and on `adjust`. Written beside and renamed, durable when it returns. Throws
/// Error.
SealSummary seal(const Journal& journal, const std::filesystem::path& case_folder,
                 const FindingAdjuster& adjust = {});

struct Verification {
  std::optional<std::string> first_problem; ///< file, line and what is wrong; absent when all holds
  u64 records = 0, findings = 0, issues = 0, evidence_files = 0;
};

/// Re-checks the seal, the counts, that every line is a record in its place, every evidence copy against its name, and the
/// other files against `files.sha256` where there is one.
/// Throws UsageError when there is no such folder, Error when it is no case, or not sealed.
Verification verify_case(const std::filesystem::path& case_folder);

} // namespace coldsweep
