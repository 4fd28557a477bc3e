// SPDX-License-Identifier: Apache-2.0
// The chunks of an EWF set, found through its tables and unpacked, without a handle or a lock: any number of threads
// at a time. Only what is as it should be is read here; libewf says what can be had of the rest, and why not more.
#pragma once

#include "image/evidence_file.h"

#include <vector>

namespace coldsweep {

/// A `table` section: where the chunks from `first` on are stored in a segment.
struct EwfTable {
  std::size_t segment = 0; ///< counted from 0
  u64 first = 0;
  u32 count = 0;
  u64 entries = 0; ///< offset of the first entry in the segment
  u64 base = 0;    ///< what the entries count from
};

/// An open set. Without tables when one of them isn't as it should be.
struct EwfSet {
  std::vector<EvidenceFile> files;
  std::vector<EwfTable> tables; ///< in order of their chunks
};

/// The Adler-32 that EWF puts behind its structures and chunks; `before` is that of what stands before them.
u32 ewf_checksum(ByteView bytes, u32 before = 1);

/// Reads a table section whose content is `size` bytes from `offset` in the file, and checks it: false when it isn't as
/// it should be. Fills all but `segment` and `first`.
bool read_ewf_table(const EvidenceFile& file, u64 offset, u64 size, EwfTable& table);

class EwfChunks {
public:
  explicit EwfChunks(EwfSet set) : set_(std::move(set)) {}
  /// Fills `into` with the whole chunk of that number, of which it has the size. False when the chunk is not where the
  /// tables say, damaged, or of another size.
  bool read(u64 chunk, MutableBytes into) const;

private:
  EwfSet set_;
};

} // namespace coldsweep
