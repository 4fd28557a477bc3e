// SPDX-License-Identifier: Apache-2.0
// How streams are examined: the same for every stream and thread of a sweep.
#pragma once

#include "base/deadline.h"
#include "content/budget.h"
#include "hash_sets/hash_sets.h"
#include "rules/scanner.h"
#include "weigh/place_table.h"

namespace coldsweep {

struct ExamineOptions {
  u32 timeout_seconds = 60;            ///< of one stream, if it isn't large; 0: none
  const StopFlag* stop = nullptr;      ///< null: none; must outlive the examiner
  bool export_matched = true;          ///< keep a copy of content with findings ...
  u64 export_limit = 256_MiB;          ///< ... up to this size
  const HashSets* hash_sets = nullptr; ///< null: none; must outlive the examiner
  bool skip_known = false;             ///< don't scan what a set lists as known
  const PlaceTable* places = nullptr;  ///< what findings are weighed by; must outlive the examiner
  Prefiltering prefiltering = Prefiltering::on;
  bool archives = true;       ///< examine the members of archives
  bool efs = false;           ///< scan the ciphertext of EFS-encrypted streams
  u64 member_limit = 256_MiB; ///< larger members are left out
  u64 unleased = 8_MiB;       ///< of members, that a thread may hold without a lease
  /// For larger members, twice `member_limit`; null: no bound for all threads together. Must
  /// outlive the examiner.
  ByteBudget* member_budget = nullptr;
};

/// For a stream of which `bytes` are to be examined: a large one gets more time than
/// `timeout_seconds`. Begins now.
Deadline stream_deadline(const ExamineOptions& options, u64 bytes);

} // namespace coldsweep
