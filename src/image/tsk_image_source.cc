// SPDX-License-Identifier: Apache-2.0
#include "image/tsk_image_source.h"

#include "base/checked.h"
#include "base/guarded.h"
#include "base/text.h"
#include "image/first_unreadable.h"
#include "image/handle_pool.h"
#include "image/unstored_ranges.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tsk/libtsk.h>

namespace coldsweep {
namespace {

constexpr u64 kSector = 512;
constexpr u64 kReadAhead = 65'536; // what libtsk reads for less than that (TSK_IMG_INFO_CACHE_LEN)

/// Bytes that the container has, in one piece.
struct Present {
  u64 begin = 0, end = 0;
};

std::string tsk_error_text() {
  const char* text = tsk_error_get();
  return text == nullptr ? "no reason given" : printable(std::string_view(text).substr(0, 512));
}

/// One libtsk image. One thread at a time.
class TskHandle {
public:
  explicit TskHandle(const TskImage& image)
      : image_(
            tsk_img_open_utf8_sing(image.library_path.c_str(), TSK_IMG_TYPE_VMDK_VMDK, kSector)) {
    if (!image_) throw FormatError(fmt::format("{}: {}", image.name.string(), tsk_error_text()));
    if (image_->size <= 0)
      throw FormatError(
          fmt::format("{}: the media has {} bytes", image.name.string(), image_->size));
  }

  u64 size() const { return static_cast<u64>(image_->size); }

  /// Reads whole sectors directly into `into`, and partial ones through a buffer. If a read whose
  /// length is not a multiple of the sector fails, tsk_img_read 4.11 returns the old content of its
  /// buffer and reports success.
  bool read_whole(u64 offset, MutableBytes into) {
    while (!into.empty()) {
      const u64 skew = offset % kSector;
      u64 done = 0;
      if (skew != 0 || into.size() < kSector) {
        done = read_through_bounce(offset, skew, into);
      } else {
        const u64 length = into.size() / kSector * kSector;
        done =
            read_sectors(offset, into.first(length)) == static_cast<ssize_t>(length) ? length : 0;
      }
      if (done == 0) return false;
      offset += done;
      into = into.subspan(done);
    }
    return true;
  }

  /// The same, for a range within `present`. A failed read leaks memory in libtsk 4.11, and so does
  /// one ahead: where that would leave `present`, more is read, and from further back.
  bool read_within(const Present& present, u64 offset, MutableBytes into) {
    if (into.size() > kReadAhead || present.end - offset > kReadAhead)
      return read_whole(offset, into);
    const u64 sectors = saturating_subtract(present.end, kReadAhead + kSector) / kSector * kSector;
    const u64 begin = std::max(present.begin, sectors);
    if (present.end - begin <= kReadAhead) return read_whole(offset, into);
    behind_.resize(present.end - begin);
    if (!read_whole(begin, behind_)) return false;
    std::memcpy(into.data(), behind_.data() + (offset - begin), into.size());
    return true;
  }

private:
  struct Closer {
    void operator()(TSK_IMG_INFO* image) const { tsk_img_close(image); }
  };

  ssize_t read_sectors(u64 offset, MutableBytes into) {
    return tsk_img_read(image_.get(), static_cast<TSK_OFF_T>(offset),
                        reinterpret_cast<char*>(into.data()), into.size());
  }

  u64 read_through_bounce(u64 offset, u64 skew, MutableBytes into) {
    const u64 wanted = std::min<u64>(into.size(), (skew == 0 ? kSector : kSector - skew));
    const ssize_t got = read_sectors(offset - skew, MutableBytes(bounce_).first(kSector));
    if (got < static_cast<ssize_t>(skew + wanted)) return 0;
    std::memcpy(into.data(), bounce_.data() + skew, wanted);
    return wanted;
  }

  std::unique_ptr<TSK_IMG_INFO, Closer> image_;
  std::array<std::byte, kSector> bounce_{};
  std::vector<std::byte> behind_;
};

class TskImageSource final : public ByteSource {
public:
  TskImageSource(const TskImage& image, std::unique_ptr<TskHandle> first, std::size_t most)
      : name_(image.name.string()), size_(first->size()), unstored_(image.unstored),
        handles_(
            std::move(first), [image] { return std::make_unique<TskHandle>(image); }, most) {
    std::copy_if(unstored_.begin(), unstored_.end(), std::back_inserter(absent_),
                 [](const Unstored& range) { return !range.zeros; });
  }

  void read(u64 offset, MutableBytes into) const override {
    const u64 within = std::min<u64>(into.size(), saturating_subtract(size_, offset));
    if (within > 0) read_within(offset, into.first(within));
    if (within < into.size())
      throw ReadError(std::max(offset, size_),
                      fmt::format("offset {} of a media of {} bytes", offset + within, size_),
                      into.size() - within);
  }
  u64 size() const override { return size_; }
  u64 end() const override { return stored_end(unstored_, size_); }
  std::span<const Unstored> unstored() const override { return unstored_; }
  std::optional<u64> media_offset(u64 offset) const override {
    if (offset >= size_) return std::nullopt;
    return offset;
  }

private:
  /// After an unreadable sector the rest of its aligned 64 KiB counts as unreadable if their last
  /// sector can't be read either. libvmdk reads grains that are mostly this large or larger. Trying
  /// every sector of a long hole is no option: libtsk 4.11 leaks memory with each failed read.
  static constexpr u64 kBadBlock = 65536;

  void read_within(u64 offset, MutableBytes into) const {
    if (const u64 length = known_bad(offset)) fail(offset, length);
    if (const Unstored* absent = first_absent(offset, into.size())) {
      const u64 before = saturating_subtract(absent->offset, offset);
      if (before > 0) read_within(offset, into.first(before));
      const u64 bad = std::max(offset, absent->offset);
      fail(bad, absent->offset + absent->length - bad);
    }
    auto handle = handles_.take();
    if (handle->read_within(present_around(offset), offset, into)) return;
    const u64 bad = offset + readable_prefix(offset, into, [&](u64 at, MutableBytes part) {
                      return handle->read_whole(at, part);
                    });
    const u64 end = std::min((bad / kBadBlock + 1) * kBadBlock, size_);
    const u64 last = std::max(bad, (end - 1) / kSector * kSector);
    std::array<std::byte, kSector> sector{};
    const bool to_end = !handle->read_whole(last, std::span(sector).first(end - last));
    if (to_end) bad_.with([&](BadRanges& ranges) { add(ranges, bad, end); });
    fail(bad, to_end ? end - bad : 0);
  }

  [[noreturn]] void fail(u64 bad, u64 length) const {
    // libtsk 4.11 gives errno's text as the reason, which is unrelated.
    throw ReadError(
        bad, fmt::format("{}: media offset {}: the container can't supply it", name_, bad), length);
  }

  /// The first range without bytes that ends after `offset`.
  std::vector<Unstored>::const_iterator absent_after(u64 offset) const {
    return std::partition_point(absent_.begin(), absent_.end(), [&](const Unstored& each) {
      return each.offset + each.length <= offset;
    });
  }

  /// The first range without bytes that [offset, offset + length) touches; null if none.
  const Unstored* first_absent(u64 offset, u64 length) const {
    const auto range = absent_after(offset);
    return range != absent_.end() && range->offset < offset + length ? &*range : nullptr;
  }

  /// `offset` is not in a range without bytes.
  Present present_around(u64 offset) const {
    const auto next = absent_after(offset);
    const u64 begin =
        next == absent_.begin() ? 0 : std::prev(next)->offset + std::prev(next)->length;
    return {begin, next == absent_.end() ? size_ : std::min(size_, next->offset)};
  }

  using BadRanges = std::map<u64, u64>; ///< begin -> end

  u64 known_bad(u64 offset) const {
    return bad_.with([&](const BadRanges& ranges) -> u64 {
      const auto after = ranges.upper_bound(offset);
      if (after == ranges.begin()) return 0;
      return saturating_subtract(std::prev(after)->second, offset);
    });
  }

  static void add(BadRanges& ranges, u64 begin, u64 end) {
    const auto after = ranges.upper_bound(begin);
    if (after != ranges.begin() && std::prev(after)->second >= begin)
      std::prev(after)->second = std::max(std::prev(after)->second, end);
    else
      ranges.emplace_hint(after, begin, end);
  }

  mutable Guarded<BadRanges> bad_;
  std::string name_;
  u64 size_;
  std::vector<Unstored> unstored_, absent_; ///< absent: those that aren't zeros
  mutable HandlePool<TskHandle> handles_;
};

} // namespace

SourcePtr open_with_tsk(const TskImage& image, std::size_t most_handles) {
  return std::make_shared<TskImageSource>(image, std::make_unique<TskHandle>(image), most_handles);
}

} // namespace coldsweep
