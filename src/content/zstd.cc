// SPDX-License-Identifier: Apache-2.0
#include "content/zstd.h"

#include "base/text.h"
#include "content/archive_input.h"
#include "content/zstd_frames.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace coldsweep {
namespace {

constexpr u64 kMostInBlock = 128_KiB; ///< decompressed (RFC 8878, 3.1.1.2.4)

struct CloseArchive {
  void operator()(archive* of) const { archive_read_free(of); }
};

/// One attempt at pieces that are one stream.
Decoded attempt(std::vector<ByteView> pieces, const Deadline& deadline, const TakeBytes& take) {
  ArchiveInput input(std::move(pieces), deadline); // outlives the archive, which reads from it
  const std::unique_ptr<archive, CloseArchive> reader(archive_read_new());
  archive* const a = reader.get();
  if (a == nullptr) return {DecodeEnd::no_memory, 0, {}};
  archive_read_support_filter_zstd(a);
  archive_read_support_format_raw(a);
  archive_entry* entry = nullptr;
  int code = input.open(a);
  if (code == ARCHIVE_OK) code = archive_read_next_header(a, &entry);
  while (code == ARCHIVE_OK) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    code = archive_read_data_block(a, &block, &size, &offset);
    if (code == ARCHIVE_OK && !take({static_cast<const std::byte*>(block), size}))
      return {DecodeEnd::stopped, 0, {}};
  }
  if (code == ARCHIVE_EOF) return {};
  if (input.was_cut()) return {DecodeEnd::stopped, 0, {}};
  if (archive_errno(a) == ENOMEM) return {DecodeEnd::no_memory, 0, {}};
  const char* why = archive_error_string(a);
  return {DecodeEnd::damaged, 0, why == nullptr ? std::string() : printable(as_utf8(why))};
}

class ZstdDecoder {
public:
  ZstdDecoder(ByteView from, const Deadline& deadline, const TakeBytes& take)
      : from_(from), deadline_(deadline), take_(take), stream_(zstd_stream(from)) {}

  Decoded run() {
    Decoded decoded;
    if (!stream_.broken) {
      decoded = attempt({from_.first(stream_.end)}, deadline_, counted());
    } else {
      decoded = attempt_prefix(stream_.blocks, counted());
      if (decoded.end == DecodeEnd::whole) decoded.end = DecodeEnd::cut;
    }
    decoded.consumed = stream_.end;
    if (decoded.end == DecodeEnd::damaged && !get_the_rest()) decoded.end = DecodeEnd::stopped;
    return decoded;
  }

private:
  TakeBytes counted() {
    return [&](ByteView more) {
      delivered_ += more.size();
      return take_(more);
    };
  }

  Decoded attempt_prefix(u64 blocks, const TakeBytes& take) {
    if (blocks == 0) return {};
    const ZstdPrefix prefix(from_, blocks);
    return attempt(prefix.pieces(), deadline_, take);
  }

  /// Finds the longest valid prefix and delivers what it has and was not delivered yet. Returns
  /// false if it was stopped.
  bool get_the_rest() {
    u64 good = delivered_ / kMostInBlock, most = stream_.blocks; // good is valid, most + 1 is not
    while (good < most) {
      const u64 middle = good + (most - good + 1) / 2;
      const Decoded tried = attempt_prefix(middle, [&](ByteView) { return !deadline_.is_due(); });
      if (tried.end == DecodeEnd::stopped || tried.end == DecodeEnd::no_memory) return take_({});
      if (tried.end == DecodeEnd::whole)
        good = middle;
      else
        most = middle - 1;
    }
    u64 known = delivered_;
    const Decoded rest = attempt_prefix(good, [&](ByteView more) {
      const u64 again = std::min<u64>(known, more.size());
      known -= again;
      return take_(more.subspan(again));
    });
    return rest.end != DecodeEnd::stopped;
  }

  ByteView from_;
  const Deadline& deadline_;
  const TakeBytes& take_;
  ZstdStream stream_;
  u64 delivered_ = 0;
};

} // namespace

Decoded decode_zstd(ByteView from, const Deadline& deadline, const TakeBytes& take) {
  return ZstdDecoder(from, deadline, take).run();
}

} // namespace coldsweep
