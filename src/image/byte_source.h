// SPDX-License-Identifier: Apache-2.0
// Everything below the file system is a ByteSource over a ByteSource: evidence file, partition, later decrypted volumes
// and shadow copies. None of them writes.
#pragma once

#include "base/error.h"
#include "base/types.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coldsweep {

class ByteSource {
public:
  virtual ~ByteSource() = default;
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `into` with the bytes from `offset`. Any thread. Throws ReadError naming the first unreadable byte, in
  /// this source's offsets; what stands before it in `into` is then valid.
  virtual void read(u64 offset, MutableBytes into) const = 0;
  virtual u64 size() const = 0;
  /// No byte at or past this can be read: less than size() where the evidence is cut off.
  virtual u64 end() const { return size(); }
  /// Where the byte at `offset` stands in the media; absent where it stands nowhere as it is.
  virtual std::optional<u64> media_offset(u64 offset) const = 0;
};

using SourcePtr = std::shared_ptr<const ByteSource>;

/// `length` bytes of `of` from `offset`, as a source of its own: a partition.
class SliceSource final : public ByteSource {
public:
  /// A slice that reaches past the end of `of` keeps its length; reading there throws.
  SliceSource(SourcePtr of, u64 offset, u64 length);
  void read(u64 offset, MutableBytes into) const override;
  u64 size() const override { return length_; }
  u64 end() const override;
  std::optional<u64> media_offset(u64 offset) const override;

private:
  SourcePtr of_;
  u64 offset_, length_;
};

/// Reads what can be read of [offset, offset + into.size()), in steps of `step` bytes around what can't; unreadable
/// bytes become zero. Returns the unreadable ranges in order, merged.
struct Gap {
  u64 offset = 0, length = 0;
  std::string message;
};
std::vector<Gap> read_with_gaps(const ByteSource& source, u64 offset, MutableBytes into,
                                u64 step = 512);

} // namespace coldsweep
