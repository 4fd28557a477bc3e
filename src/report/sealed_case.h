// SPDX-License-Identifier: Apache-2.0
// A sealed manifest -> what reports are made of. Each call reads the findings or issues again, line
// by line, so memory doesn't grow with their number. Any thread; the manifest must not change
// meanwhile.
#pragma once

#include "base/stop.h"
#include "report/records.h"

#include <filesystem>
#include <functional>

#include <nlohmann/json.hpp>

namespace coldsweep::report {

using Json = nlohmann::ordered_json;

/// Takes a report piece by piece.
using Output = std::function<void(std::string_view)>;

struct CauseCount {
  u64 findings = 0;
  std::optional<i64> best_score;
};

struct IssueCount {
  u64 issues = 0, bytes = 0;
};

class SealedCase {
public:
  /// Reads the manifest once, for what it says about the case as a whole. Doesn't check the seal;
  /// verify_case does. Throws Problem naming the line if one is not a record, as every function
  /// here that reads. All of these throw Stopped once `stop` is set; null: no such flag.
  explicit SealedCase(const std::filesystem::path& case_folder, const StopFlag* stop = nullptr);

  void for_each_finding(const std::function<void(const FindingRow&)>& use) const;
  /// Calls `use` once per stream, with all of its findings.
  void for_each_stream(const std::function<void(const std::vector<FindingRow>&)>& use) const;
  void for_each_issue(const std::function<void(const IssueRow&)>& use) const;

  const VolumeRow* volume(u64 id) const;
  /// Such as `p2`; the number if the manifest lists no such volume.
  std::string locator(u64 id) const;
  std::string image_name() const; ///< of the first segment
  u64 media_size() const;         ///< in bytes
  /// Offset and length of what could not be read when the media was acquired.
  std::vector<std::pair<u64, u64>> acquisition_errors() const;
  std::vector<std::string> rule_file_hashes() const; ///< SHA-256, in the manifest's order
  /// The text at a path in the first record, such as {"tool", "version"}; empty if there is none.
  std::string case_text(std::initializer_list<const char*> path) const;

  Json record; ///< the first line
  std::vector<VolumeRow> volumes;
  std::map<u64, CoverageRow> coverage; ///< volume -> account
  CoverageRow total;
  std::array<u64, kWeights> weights{};
  std::map<std::string, CauseCount> causes;
  std::map<std::string, IssueCount> issue_kinds;
  u64 findings = 0, issues = 0;
  /// How many of the findings are strings in raw space, where the rule's condition can't be
  /// evaluated.
  u64 strings_only = 0;
  std::string seal_sha256;

private:
  void for_each_line(const std::string& type, const std::function<void(const Json&)>& use) const;
  std::filesystem::path manifest_;
  const StopFlag* stop_;
};

/// From one line of the manifest. Throw FormatError naming the field if one has another type.
FindingRow finding_of(const Json& line);
IssueRow issue_of(const Json& line);

} // namespace coldsweep::report
