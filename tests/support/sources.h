// SPDX-License-Identifier: Apache-2.0
// Sources for tests: bytes in memory, terabytes that are mostly zeros, and media that fails on
// demand. Any thread.
#pragma once

#include "base/checked.h"
#include "image/byte_source.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <utility>

namespace coldsweep::test {

/// How much of [offset, offset + wanted) is within `size`; the rest is unreadable.
inline u64 readable(u64 offset, u64 wanted, u64 size) {
  return std::min<u64>(wanted, saturating_subtract(size, offset));
}

inline void require_within(u64 offset, u64 wanted, u64 size) {
  if (!fits(offset, wanted, size)) throw ReadError(std::max(offset, size), "the source ends");
}

class MemorySource final : public ByteSource {
public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}

  void read(u64 offset, MutableBytes into) const override {
    const u64 count = readable(offset, into.size(), bytes_.size());
    if (count > 0) std::copy_n(bytes_of(bytes_).subspan(offset).begin(), count, into.begin());
    require_within(offset, into.size(), bytes_.size());
  }
  u64 size() const override { return bytes_.size(); }
  std::optional<u64> media_offset(u64 offset) const override { return offset; }

private:
  std::string bytes_;
};

/// Zeros of any size with pieces laid over them.
class SparseSource final : public ByteSource {
public:
  explicit SparseSource(u64 size) : size_(size) {}

  /// Call before it is shared. A later piece covers an earlier one from its start on.
  SparseSource& put(u64 offset, std::string bytes) {
    pieces_[offset] = std::move(bytes);
    return *this;
  }
  void read(u64 offset, MutableBytes into) const override {
    std::fill(into.begin(), into.end(), std::byte{0});
    for (const auto& [start, bytes] : pieces_) {
      const u64 from = std::max(offset, start);
      const u64 to = std::min(saturating_add(offset, into.size()), start + bytes.size());
      if (from < to)
        std::copy_n(bytes_of(bytes).subspan(from - start).begin(), to - from,
                    into.subspan(from - offset).begin());
    }
    require_within(offset, into.size(), size_);
  }
  u64 size() const override { return size_; }
  std::optional<u64> media_offset(u64 offset) const override { return offset; }

private:
  u64 size_;
  std::map<u64, std::string> pieces_;
};

/// Another source with bits flipped.
class PatchedSource final : public ByteSource {
public:
  explicit PatchedSource(SourcePtr of) : of_(std::move(of)) {}

  /// Call before it is shared. Flips the bits that are set in `bits`.
  PatchedSource& flip(u64 offset, std::byte bits) {
    flips_[offset] ^= bits;
    return *this;
  }
  void read(u64 offset, MutableBytes into) const override {
    of_->read(offset, into);
    const auto end = flips_.lower_bound(saturating_add(offset, into.size()));
    for (auto at = flips_.lower_bound(offset); at != end; ++at)
      into[at->first - offset] ^= at->second;
  }
  u64 size() const override { return of_->size(); }
  std::optional<u64> media_offset(u64 offset) const override { return of_->media_offset(offset); }

private:
  SourcePtr of_;
  std::map<u64, std::byte> flips_;
};

/// Passes reads on, but fails the n-th (or every one from it on) and each that touches an
/// unreadable range.
class FaultySource final : public ByteSource {
public:
  explicit FaultySource(SourcePtr of) : of_(std::move(of)) {}

  /// Set up before it is shared. Reads count from 1.
  FaultySource& fail_read(u64 number) { return failing(number, number); }
  FaultySource& fail_from_read(u64 number) { return failing(number, ~u64{0}); }
  FaultySource& unreadable(u64 offset, u64 length) {
    bad_[offset] = length;
    return *this;
  }
  u64 reads() const { return reads_; }

  void read(u64 offset, MutableBytes into) const override {
    const u64 number = ++reads_;
    if (number >= first_failing_ && number <= last_failing_)
      throw ReadError(offset, "read " + std::to_string(number) + " fails as the test wants it");
    for (const auto& [start, length] : bad_) {
      if (start >= offset + into.size() || start + length <= offset) continue;
      const u64 first = std::max(start, offset);
      of_->read(offset, into.first(first - offset));
      throw ReadError(first, "unreadable as the test wants it");
    }
    of_->read(offset, into);
  }
  u64 size() const override { return of_->size(); }
  std::optional<u64> media_offset(u64 offset) const override { return of_->media_offset(offset); }

private:
  FaultySource& failing(u64 first, u64 last) {
    first_failing_ = first;
    last_failing_ = last;
    return *this;
  }
  SourcePtr of_;
  u64 first_failing_ = ~u64{0}, last_failing_ = 0;
  std::map<u64, u64> bad_;
  mutable std::atomic<u64> reads_{0};
};

} // namespace coldsweep::test
