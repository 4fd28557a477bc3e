// SPDX-License-Identifier: Apache-2.0
// The working journal of a case (`case.db`, SQLite in WAL mode): which streams are done, and with
// what outcome. It is the sink of the pipeline, called by one thread at a time.
#pragma once

#include "model/case_record.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace coldsweep {

class OutcomeSink {
public:
  virtual ~OutcomeSink() = default;
  virtual void write(const Outcome& outcome) = 0;
};

class Journal final : public OutcomeSink {
public:
  /// Creates `case.db` in the case folder. Throws Error.
  static Journal create(const std::filesystem::path& case_folder);
  /// Opens an existing one. Throws Error if it is missing or not a journal of this version.
  static Journal open(const std::filesystem::path& case_folder);
  ~Journal() override;
  Journal(Journal&&) noexcept;

  void set_case(const CaseRecord& record);
  void add_volume(const VolumeRecord& volume);
  /// Adds an issue that belongs to no stream: one of a volume, or of the image as a whole.
  void add_issue(const Issue& issue);
  /// Stores an outcome, cut to what fits (outcome_limits.h); replaces an earlier one of the same
  /// stream. Commits in batches, and at the latest in flush().
  void write(const Outcome& outcome) override;
  void flush();

  /// Every outcome, in the order of StreamId. Reads one at a time: memory doesn't grow with the
  /// case.
  void for_each_outcome(const std::function<void(const Outcome&)>& use) const;
  /// The outcomes that are more than byte counts: all with findings or issues, and possibly others.
  void for_each_reported_outcome(const std::function<void(const Outcome&)>& use) const;

  struct Header {
    std::string case_line;                 ///< manifest_line(CaseRecord)
    std::vector<std::string> volume_lines; ///< in the order of ids
    /// VolumeRecord::rest of each volume whose status is `swept`, by id.
    std::map<u32, SpaceAccount> swept_volumes;
    std::vector<Issue> issues;
  };
  Header header() const;

private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
