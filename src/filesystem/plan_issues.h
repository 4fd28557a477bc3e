// SPDX-License-Identifier: Apache-2.0
// The issues of a plan as they come up. Used by one thread.
#pragma once

#include "model/outcome.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

class PlanIssues {
public:
  PlanIssues(std::vector<Issue>& issues, u32 volume_id, u32 record_size)
      : issues_(issues), volume_id_(volume_id), record_size_(record_size) {}

  void add(IssueKind kind, std::optional<u64> record, std::string message, u64 bytes = 0);
  /// Of one of the record's streams: its path is filled in when all paths are known.
  void add_of_stream(IssueKind kind, const StreamRef& stream, std::string message, u64 bytes);

  /// An image that is cut off in its MFT loses many records in a row: this gives one issue.
  void note_unreadable(u64 first, u64 count, const std::string& why);
  /// After a record that could be read, and after the last one.
  void flush_unreadable();

private:
  std::vector<Issue>& issues_;
  u32 volume_id_, record_size_;
  u64 unreadable_first_ = 0, unreadable_count_ = 0;
  std::string unreadable_why_;
};

} // namespace coldsweep
