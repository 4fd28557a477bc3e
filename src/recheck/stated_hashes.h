// SPDX-License-Identifier: Apache-2.0
// The hashes that a finding states, against bytes that are added in order. Used by one thread.
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
  /// The first that is another one; empty when all agree. Once, after all bytes.
  std::string differing();

private:
  struct Stated {
    std::string name, digest;
    Hasher hasher;
  };
  std::vector<Stated> hashes_;
};

} // namespace coldsweep
