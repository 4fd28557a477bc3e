// SPDX-License-Identifier: Apache-2.0
// The value of an attribute that is read only when it is needed. Until then it takes no more memory
// than its MFT record does, whatever size it claims. Used by one thread.
#pragma once

#include "filesystem/extents.h"
#include "filesystem/mft_record.h"

#include <vector>

namespace coldsweep {

/// How much the plan may read for attribute lists, index blocks and the like. A volume holds each
/// cluster once, but any number of MFT records can claim the same clusters.
class ReadAllowance {
public:
  explicit ReadAllowance(u64 volume_bytes);

  /// Whether `bytes` more may be read. If so, they are used up.
  bool take(u64 bytes);
  /// Values that were not read.
  u64 refused() const { return refused_; }

private:
  u64 left_;
  u64 refused_ = 0;
};

class KeptValue {
public:
  KeptValue() = default;
  /// At most the first `limit` bytes of the value.
  KeptValue(const Attribute& attribute, u64 limit);

  /// The bytes. Holes and unreadable bytes are zeros.
  std::vector<std::byte> read(const ByteSource& volume, const NtfsGeometry& geometry) const;
  /// The same; absent if the allowance is used up.
  std::optional<std::vector<std::byte>> read(const ByteSource& volume, const NtfsGeometry& geometry,
                                             ReadAllowance& allowance) const;

private:
  std::vector<Extent> stored_extents(const NtfsGeometry& geometry) const;

  std::vector<std::byte> resident_;
  AttributeRuns runs_;
  u64 size_ = 0; ///< of a value that isn't resident, cut to the limit
};

} // namespace coldsweep
