// SPDX-License-Identifier: Apache-2.0
// The grain tables of a sparse VMDK extent: checks them before libvmdk uses them, and finds what
// they don't store. Any thread.
#pragma once

#include "image/evidence_file.h"
#include "image/unstored_ranges.h"

namespace coldsweep {

/// Throws FormatError unless the grain directory and every grain table it refers to are inside the
/// file and have plausible sizes.
void check_sparse_extent(const EvidenceFile& file);

/// Adds what the extent doesn't store of the `length` bytes that begin at `media_offset`. Call
/// check_sparse_extent() before. Throws FormatError if it would take many times the file to read
/// the tables.
void add_unstored(const EvidenceFile& file, u64 media_offset, u64 length, UnstoredRanges& ranges);

} // namespace coldsweep
