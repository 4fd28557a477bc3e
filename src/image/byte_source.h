// SPDX-License-Identifier: Apache-2.0
// Sources of bytes below the file system: evidence files, and partitions as slices of them. All are
// read-only.
#pragma once

#include "base/error.h"
#include "base/stop.h"
#include "base/types.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

/// A long range of a source for which the container stores nothing.
struct Unstored {
  u64 offset = 0, length = 0;
  bool zeros = true; ///< it reads as zeros; otherwise it can't be read
  bool operator==(const Unstored&) const = default;
};
/// Shorter ranges are read like stored ones.
constexpr u64 kLongUnstored = 64_MiB;

class ByteSource {
public:
  virtual ~ByteSource() = default;
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `into` with the bytes from `offset`. Any thread. Throws ReadError naming the first
  /// unreadable byte, in this source's offsets. The bytes before it in `into` are valid then.
  virtual void read(u64 offset, MutableBytes into) const = 0;
  virtual u64 size() const = 0;
  /// No byte at or past this can be read. Less than size() if the evidence is truncated.
  virtual u64 end() const { return size(); }
  /// A container may claim any size at no cost. These ranges are counted rather than read. In
  /// order, without overlap, at least kLongUnstored long in the container.
  virtual std::span<const Unstored> unstored() const { return {}; }
  /// Where the byte at `offset` is in the media. Absent if the media doesn't hold it as such.
  virtual std::optional<u64> media_offset(u64 offset) const = 0;
};

using SourcePtr = std::shared_ptr<const ByteSource>;

/// `length` bytes of `of` from `offset`, as a source of its own. A partition is one.
class SliceSource final : public ByteSource {
public:
  /// A slice may extend past the end of `of`. It keeps its length, and reading there throws.
  SliceSource(SourcePtr of, u64 offset, u64 length);
  void read(u64 offset, MutableBytes into) const override;
  u64 size() const override { return length_; }
  u64 end() const override;
  std::span<const Unstored> unstored() const override { return unstored_; }
  std::optional<u64> media_offset(u64 offset) const override;

private:
  SourcePtr of_;
  u64 offset_, length_;
  std::vector<Unstored> unstored_;
};

/// How many bytes of the source are stored, as far as that is known.
u64 stored_size(const ByteSource& source);

/// Another source, up to a request to stop: then read() throws Stopped. So work that reads may end
/// wherever it is, without knowing of the request.
class StoppableSource final : public ByteSource {
public:
  StoppableSource(SourcePtr of, const StopFlag& stop) : of_(std::move(of)), stop_(stop) {}
  void read(u64 offset, MutableBytes into) const override {
    stop_.check();
    of_->read(offset, into);
  }
  u64 size() const override { return of_->size(); }
  u64 end() const override { return of_->end(); }
  std::span<const Unstored> unstored() const override { return of_->unstored(); }
  std::optional<u64> media_offset(u64 offset) const override { return of_->media_offset(offset); }

private:
  SourcePtr of_;
  const StopFlag& stop_;
};

/// Reads all that is readable in [offset, offset + into.size()) and skips unreadable bytes in steps
/// of `step`. Unreadable bytes become zero. Returns the unreadable ranges in order, merged.
struct Gap {
  u64 offset = 0, length = 0;
  std::string message;
};
std::vector<Gap> read_with_gaps(const ByteSource& source, u64 offset, MutableBytes into,
                                u64 step = 512);

} // namespace coldsweep
