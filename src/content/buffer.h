// SPDX-License-Identifier: Apache-2.0
// Where a thread keeps content: in memory that is reused, or in an unnamed file that is mapped.
#pragma once

#include "base/file.h"
#include "base/types.h"

#include <filesystem>
#include <memory>

namespace coldsweep {

/// Anonymous memory that grows, keeps its pages between streams, and can give them back.
class ReusedBuffer {
public:
  ReusedBuffer() = default;
  ~ReusedBuffer();
  ReusedBuffer(const ReusedBuffer&) = delete;
  ReusedBuffer& operator=(const ReusedBuffer&) = delete;

  /// At least `size` bytes, with undefined content. Throws Error if there is no memory for them.
  MutableBytes take(u64 size);
  /// Gives back the pages past the first `keep` bytes.
  void shrink(u64 keep);

private:
  std::byte* data_ = nullptr;
  u64 capacity_ = 0, used_ = 0; // there are no pages past `used_`
};

/// An unnamed file in `folder`. It starts as `size` zero bytes and is later mapped for reading.
/// While it is mapped, its pages are dropped from this process at short intervals (they stay in the
/// page cache), so that a large stream doesn't count as our memory.
class Spool {
public:
  Spool(const std::filesystem::path& folder, u64 size);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void write(u64 offset, ByteView bytes) { file_.write(offset, bytes); }
  ByteView map();

private:
  struct Mapping;
  File file_;
  u64 size_;
  std::unique_ptr<Mapping> mapping_;
};

} // namespace coldsweep
