// SPDX-License-Identifier: Apache-2.0
// A walk through an archive or a message, and everything that it yielded. Any thread.
#pragma once

#include "base/endian.h"
#include "content/archive.h"
#include "support/archive_writer.h"

namespace coldsweep::test {

struct Walked {
  Members members;
  ArchiveWalk walk;
};

inline Walked walk_through(const std::string& content, ArchiveKind kind,
                           const ArchiveLimits& limits = {}) {
  Deadline deadline(std::chrono::seconds(60));
  ArchiveBudget budget(limits, content.size(), deadline);
  Walked walked;
  walked.walk = walk_archive(bytes_of(content), kind, budget, [&](const ArchiveMember& member) {
    walked.members.emplace_back(member.name, chars_of(member.bytes));
  });
  return walked;
}

} // namespace coldsweep::test
