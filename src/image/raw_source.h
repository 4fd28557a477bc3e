// SPDX-License-Identifier: Apache-2.0
// Raw segments, concatenated into one media. Reads with pread: any thread, no lock.
#pragma once

#include "image/byte_source.h"
#include "image/evidence_file.h"

#include <vector>

namespace coldsweep {

class ConcatSource final : public ByteSource {
public:
  explicit ConcatSource(std::vector<EvidenceFile> segments);
  void read(u64 offset, MutableBytes into) const override;
  u64 size() const override { return size_; }
  std::optional<u64> media_offset(u64 offset) const override;

private:
  std::vector<EvidenceFile> segments_;
  std::vector<u64> starts_; ///< media offset of each segment
  u64 size_ = 0;
};

} // namespace coldsweep
