// SPDX-License-Identifier: Apache-2.0
#include "content/archive_input.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace coldsweep {
namespace {

// Decompressing this much takes a fraction of a second, even if it was bzip2's smallest blocks.
constexpr u64 kBlock = 16_KiB;

} // namespace

ArchiveInput::ArchiveInput(std::vector<ByteView> pieces, const Deadline& deadline)
    : pieces_(std::move(pieces)), deadline_(deadline) {
  for (const ByteView piece : pieces_) size_ += piece.size();
}

int ArchiveInput::open(archive* of) {
  archive_read_set_read_callback(of, on_read);
  archive_read_set_skip_callback(of, on_skip);
  archive_read_set_seek_callback(of, on_seek);
  archive_read_set_callback_data(of, this);
  return archive_read_open1(of);
}

la_ssize_t ArchiveInput::on_read(archive*, void* self, const void** block) {
  ArchiveInput& that = *static_cast<ArchiveInput*>(self);
  if (that.deadline_.is_due()) {
    that.was_cut_ = true;
    return ARCHIVE_FATAL;
  }
  u64 within = that.at_;
  for (const ByteView piece : that.pieces_) {
    if (within < piece.size()) {
      const u64 length = std::min<u64>(kBlock, piece.size() - within);
      *block = piece.data() + within;
      that.at_ += length;
      return static_cast<la_ssize_t>(length);
    }
    within -= piece.size();
  }
  return 0;
}

la_int64_t ArchiveInput::on_skip(archive*, void* self, la_int64_t length) {
  ArchiveInput& that = *static_cast<ArchiveInput*>(self);
  const u64 skipped =
      std::min<u64>(static_cast<u64>(std::max<la_int64_t>(length, 0)), that.size_ - that.at_);
  that.at_ += skipped;
  return static_cast<la_int64_t>(skipped);
}

la_int64_t ArchiveInput::on_seek(archive*, void* self, la_int64_t offset, int whence) {
  ArchiveInput& that = *static_cast<ArchiveInput*>(self);
  const la_int64_t size = static_cast<la_int64_t>(that.size_);
  la_int64_t from = 0;
  if (whence == SEEK_CUR) from = static_cast<la_int64_t>(that.at_);
  if (whence == SEEK_END) from = size;
  // As a file's offset, but not past the end.
  const la_int64_t to = offset < -from ? -1 : std::min(offset, size - from) + from;
  if (to < 0) return ARCHIVE_FATAL;
  that.at_ = static_cast<u64>(to);
  return to;
}

} // namespace coldsweep
