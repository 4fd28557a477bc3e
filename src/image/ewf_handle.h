// SPDX-License-Identifier: Apache-2.0
// Private to image/: an open libewf handle. One thread at a time.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libewf.h>

namespace coldsweep {

class EwfHandle {
public:
  /// Throws FormatError if libewf can't open the set.
  explicit EwfHandle(const std::vector<std::filesystem::path>& segments);

  u64 media_size() const { return media_size_; }
  /// Media bytes per chunk, except the last.
  u32 chunk_size() const { return chunk_size_; }
  libewf_handle_t* get() const { return handle_.get(); }

  /// Unreadable bytes: the first, how many from there are known to be unreadable, and the reason.
  struct Failure {
    u64 offset = 0, length = 0;
    std::string message;
  };
  /// Fills `into` up to the failure. A chunk with a wrong checksum counts as unreadable.
  std::optional<Failure> read(u64 offset, MutableBytes into);
  /// Whether it has met so many damaged chunks that a new handle would be faster.
  bool worn() const { return checksum_errors_ > 256; }

private:
  struct Closer {
    void operator()(libewf_handle_t* handle) const;
  };
  bool read_whole(u64 offset, MutableBytes into);
  std::optional<Failure> first_damaged(u64 offset, u64 length);

  std::unique_ptr<libewf_handle_t, Closer> handle_;
  u64 media_size_ = 0, sector_size_ = 512;
  u32 chunk_size_ = 0;
  u32 checksum_errors_ = 0;
  std::string last_error_;
};

} // namespace coldsweep
