// SPDX-License-Identifier: Apache-2.0
// A match of a log rule in one record.
#pragma once

#include "model/outcome.h"

#include <vector>

namespace coldsweep {

struct RecordHit {
  const RuleRef* rule = nullptr; ///< owned by the RuleSet
  std::size_t record = 0;        ///< index in the block
  std::vector<Match> matches;    ///< offsets are in the stream; `media_offset` is left absent
};

} // namespace coldsweep
