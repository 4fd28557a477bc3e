// SPDX-License-Identifier: Apache-2.0
#include "content/compressed.h"

#include "base/endian.h"
#include "content/crc32.h"
#include "content/decompress.h"
#include "content/member_bytes.h"
#include "content/zstd.h"

#include <algorithm>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kGzip("\x1F\x8B\x08", 3), kXz("\xFD\x37zXZ\0", 6),
    kZstd("\x28\xB5\x2F\xFD", 4), kBzip2("BZh", 3);
constexpr u64 kGzipTrailer = 8; // CRC-32 and length

/// The size of the header (RFC 1952, 2.3). Absent if the content ends within it.
std::optional<u64> gzip_header(ByteView content, u64 at) {
  const u8 flags = little<u8>(content, at + 3).value_or(0);
  u64 next = at + 10;
  if ((flags & 4) != 0) {
    const std::optional<u16> extra = little<u16>(content, next);
    if (!extra) return std::nullopt;
    next += 2 + u64{*extra};
  }
  for (const unsigned text : {8U, 16U}) { // name and comment
    if ((flags & text) == 0) continue;
    if (next >= content.size()) return std::nullopt;
    const std::size_t end = chars_of(content).find('\0', next);
    if (end == std::string_view::npos) return std::nullopt;
    next = end + 1;
  }
  if ((flags & 2) != 0) next += 2;
  if (next > content.size()) return std::nullopt;
  return next - at;
}

class CompressedWalker {
public:
  CompressedWalker(ByteView content, ArchiveBudget& budget, const UseMember& use)
      : content_(content), budget_(budget), use_(use), bytes_(budget, walk_, Skipping::costly) {}

  ArchiveWalk run() {
    if (!budget_.begin_member(walk_)) return std::move(walk_);
    bytes_.begin("content");
    if (has_at(content_, 0, kGzip))
      read_streams(kGzip, 1, &CompressedWalker::gzip);
    else if (has_at(content_, 0, kXz))
      read_streams(kXz, 4, &CompressedWalker::xz); // stream padding: the format's 2.2
    else if (has_at(content_, 0, kZstd))
      zstd();
    else
      read_streams(kBzip2, 1, &CompressedWalker::bzip2);
    walk_.end = at_;
    const bool whole = at_ > 0 && walk_.damage.empty() && walk_.limit.empty();
    bytes_.finish(
        [&](const ArchiveMember& member) {
          ArchiveMember content = member;
          content.is_content = true;
          use_(content);
        },
        whole);
    return std::move(walk_);
  }

private:
  /// Streams that begin with `mark`, with zeros between them. A stream that is not valid ends it.
  void read_streams(std::string_view mark, u64 alignment, bool (CompressedWalker::*read)()) {
    while ((this->*read)()) {
      u64 next = at_;
      while (next < content_.size() && content_[next] == std::byte{0}) ++next;
      next -= (next - at_) % alignment;
      if (!has_at(content_, next, mark)) break;
      at_ = next;
    }
  }

  bool gzip() {
    const std::optional<u64> header = gzip_header(content_, at_);
    if (!header) return broken({DecodeEnd::cut, content_.size() - at_, {}}, 0);
    const ByteView data = content_.subspan(at_ + *header);
    const u64 before = received_;
    u32 crc = 0;
    const Decoded decoded = decode(Codec::deflate, {&data, 1}, [&](ByteView more) {
      crc = crc32_of(more, crc);
      return keep(more);
    });
    if (decoded.end != DecodeEnd::whole) return broken(decoded, *header);
    const std::optional<u32> stated = little<u32>(data, decoded.consumed),
                             length = little<u32>(data, decoded.consumed + 4);
    if (!length) return broken({DecodeEnd::cut, data.size(), {}}, *header);
    const u64 start = at_;
    at_ += *header + decoded.consumed + kGzipTrailer;
    if (*stated != crc)
      walk_.note_damage(
          fmt::format("the gzip stream at offset {} has a wrong CRC-32: {:08x}, {:08x} "
                      "expected; its content was looked at",
                      start, crc, *stated));
    else if (*length != static_cast<u32>(received_ - before))
      walk_.note_damage(
          fmt::format("the gzip stream at offset {} states a wrong length; its content "
                      "was looked at",
                      start));
    return true;
  }

  bool xz() { return simple(Codec::xz); }

  bool bzip2() { return simple(Codec::bzip2); }

  bool simple(Codec codec) {
    const ByteView data = content_.subspan(at_);
    const Decoded decoded = decode(codec, {&data, 1}, [&](ByteView more) { return keep(more); });
    if (decoded.end != DecodeEnd::whole) return broken(decoded, 0);
    at_ += decoded.consumed;
    return true;
  }

  void zstd() {
    const Decoded decoded =
        decode_zstd(content_, *budget_.deadline, [&](ByteView more) { return keep(more); });
    if (decoded.end != DecodeEnd::whole)
      broken(decoded, 0);
    else
      at_ = decoded.consumed;
  }

  bool keep(ByteView more) {
    received_ += more.size();
    return bytes_.append(more);
  }

  /// Says why a stream is not whole. Nothing is known about what follows it.
  bool broken(const Decoded& decoded, u64 header) {
    const u64 where = at_ + header + decoded.consumed;
    const std::string why = decoded.why.empty() ? "" : " (" + decoded.why + ")";
    if (decoded.end == DecodeEnd::no_memory && walk_.limit.empty())
      walk_.limit = "there was no memory to decompress it";
    if (decoded.end == DecodeEnd::cut)
      walk_.note_damage(fmt::format("the compressed stream at offset {} is cut: the file ends at "
                                    "offset {}, and {} bytes could be decompressed",
                                    at_, content_.size(), received_));
    if (decoded.end == DecodeEnd::damaged)
      walk_.note_damage(fmt::format("the compressed stream at offset {} is damaged near offset "
                                    "{}{}: {} bytes before that could be decompressed",
                                    at_, where, why, received_));
    if (decoded.end == DecodeEnd::stopped && walk_.limit.empty()) budget_.out_of_time(walk_);
    at_ = decoded.end == DecodeEnd::damaged ? where : content_.size();
    return false;
  }

  ByteView content_;
  ArchiveBudget& budget_;
  const UseMember& use_;
  ArchiveWalk walk_;
  MemberBytes bytes_;
  u64 at_ = 0;       ///< where the current stream begins
  u64 received_ = 0; ///< bytes decompressed
};

} // namespace

bool is_compressed(ByteView content) {
  return has_at(content, 0, kGzip) || has_at(content, 0, kXz) || has_at(content, 0, kZstd) ||
         (has_at(content, 0, kBzip2) && has_at(content, 4, "1AY&SY"sv));
}

ArchiveWalk walk_compressed(ByteView content, ArchiveBudget& budget, const UseMember& use) {
  return CompressedWalker(content, budget, use).run();
}

} // namespace coldsweep
