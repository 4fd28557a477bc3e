// SPDX-License-Identifier: Apache-2.0
// Compares the hashes that a finding states with those of bytes added in order. Used by one thread.
#pragma once

#include "base/hash.h"
#include "report/records.h"

#include <string>
#include <vector>

namespace coldsweep {

class StatedHashes {
public:
  explicit StatedHashes(const report::FindingRow& finding);

  void add(ByteView bytes);
  /// Says which hash differs first; empty if all agree. Call it once, after all bytes.
  std::string differing();

private:
  struct Stated {
    std::string name, digest;
    Hasher hasher;
  };
  std::vector<Stated> hashes_;
};

} // namespace coldsweep
