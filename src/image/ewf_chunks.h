// SPDX-License-Identifier: Apache-2.0
// The chunks of an EWF set, located through its tables and decompressed. Needs no handle and no
// lock: any number of threads. Only intact chunks are read here. For the rest, libewf reads what it
// can and reports why it can't read more.
#pragma once

#include "image/evidence_file.h"

#include <vector>

namespace coldsweep {

/// A `table` section: where the chunks from `first` on are stored in a segment.
struct EwfTable {
  std::size_t segment = 0; ///< from 0
  u64 first = 0;
  u32 count = 0;
  u64 entries = 0; ///< offset of the first entry in the segment
  u64 base = 0;    ///< the offset that the entries are relative to
};

/// An open set. It has no tables if any of them is damaged.
struct EwfSet {
  std::vector<EvidenceFile> files;
  std::vector<EwfTable> tables; ///< in the order of their chunks
  u64 chunks = 0;               ///< that the media can have; 0 if that isn't known
};

/// The Adler-32 that follows EWF's structures and chunks. `before` is the checksum of the bytes
/// before these.
u32 ewf_checksum(ByteView bytes, u32 before = 1);

/// Reads and checks a table section whose content is `size` bytes at `offset` of the file. False if
/// it is damaged. Fills in all but `segment` and `first`.
bool read_ewf_table(const EvidenceFile& file, u64 offset, u64 size, EwfTable& table);

class EwfChunks {
public:
  explicit EwfChunks(EwfSet set) : set_(std::move(set)) {}
  u64 count() const { return set_.chunks; }
  /// Fills `into`, which has the size of the chunk, with the whole chunk. False if the chunk is
  /// damaged, has another size, or is not where the tables say.
  bool read(u64 chunk, MutableBytes into) const;

private:
  EwfSet set_;
};

} // namespace coldsweep
