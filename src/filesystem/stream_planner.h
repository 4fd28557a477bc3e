// SPDX-License-Identifier: Apache-2.0
// The attributes of a file -> streams of the plan, where they are in scope. The bytes of those that
// are not go to the account of space. Used by one thread.
#pragma once

#include "filesystem/file_records.h"
#include "filesystem/space_planner.h"
#include "filesystem/stream_ids.h"
#include "filesystem/stream_store.h"
#include "model/outcome.h"

#include <vector>

namespace coldsweep {

/// Where planned streams go, and what is wrong with them.
struct PlanTarget {
  StreamStore& streams;
  SpacePlanner& space;
  std::vector<Issue>& issues;
  ReadAllowance& allowance; ///< for index blocks
};

class StreamPlanner {
public:
  StreamPlanner(const NtfsVolume& volume, u32 volume_id, const Scope& scope, PlanTarget plan)
      : volume_(volume), volume_id_(volume_id), scope_(scope), plan_(plan) {}

  /// A stream of kind `name` if one of the file's names is suspicious.
  void add_name(const FileRecord& file);
  /// What follows a $DATA stream on the volume. `ids` are those of the file, as for the next two.
  void add_behind(const FileRecord& file, const FoundStream& found, FileStreamIds& ids);
  /// The $DATA streams of a file.
  void add_data(const FileRecord& file, std::vector<FoundStream>&& streams, FileStreamIds& ids);
  /// The file's attributes other than $DATA.
  void add_others(const FileRecord& file, std::vector<FoundStream>&& attributes,
                  FileStreamIds& ids);

private:
  const char* not_in_scope(const FileRecord& file, const FoundStream& stream) const;
  StreamRef identity(const FileRecord& file, const FoundStream& found, StreamKind kind) const;
  void add_stream(const FileRecord& file, FoundStream&& found);
  void add_index(const FileRecord& file, const FoundStream& found, FileStreamIds& ids);
  bool add_attribute(const FileRecord& file, FoundStream&& found, FileStreamIds& ids);
  void add_issue(IssueKind kind, const FileRecord& file, const std::string& message, u64 bytes = 0);

  const NtfsVolume& volume_;
  u32 volume_id_;
  Scope scope_;
  PlanTarget plan_;
};

} // namespace coldsweep
