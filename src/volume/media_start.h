// SPDX-License-Identifier: Apache-2.0
// What the bytes at some place of the media begin with. Any thread.
#pragma once

#include "image/byte_source.h"

#include <string>
#include <vector>

namespace coldsweep {

/// Up to `length` bytes from `offset`: fewer at the end of the source or before an unreadable byte.
std::vector<std::byte> start_of(const ByteSource& source, u64 offset, u64 length);

/// `ntfs`, or as signature_of(); empty if nothing known begins there.
std::string signature_at(const ByteSource& media, u64 offset);

} // namespace coldsweep
