// SPDX-License-Identifier: Apache-2.0
// MD5, SHA-1 and SHA-256 of content, to compare with what the product computed.
#pragma once

#include "base/hash.h"

namespace coldsweep {

inline Hashes hash_all(ByteView bytes) {
  Hashes hashes;
  add_hashes(hashes, bytes, kAllHashes);
  return hashes;
}

} // namespace coldsweep
