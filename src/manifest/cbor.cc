// SPDX-License-Identifier: Apache-2.0
// Walks the heads of CBOR items (RFC 8949, section 3) without recursion or allocation.
#include "manifest/cbor.h"

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"

#include <array>
#include <limits>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kDeepest = 16;

enum Major : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

class Heads {
public:
  explicit Heads(std::string_view bytes) : bytes_(bytes_of(bytes)) {}

  void walk() {
    left_[0] = 1;
    while (true) {
      while (left_.at(depth_) == 0) {
        if (depth_ == 0)
          return position_ == bytes_.size() ? void() : refuse("nothing more expected");
        --depth_;
      }
      --left_.at(depth_);
      item();
    }
  }

private:
  [[noreturn]] void refuse(const char* why) const {
    throw FormatError(fmt::format("outcome: offset {}: {}", position_, why));
  }

  template <std::unsigned_integral T> T take() {
    const std::optional<T> value = big<T>(bytes_, position_);
    if (!value) refuse("the bytes end within an item");
    position_ += sizeof(T);
    return *value;
  }

  u64 argument(unsigned info) {
    switch (info) {
    case 24: return take<u8>();
    case 25: return take<u16>();
    case 26: return take<u32>();
    case 27: return take<u64>();
    default: break;
    }
    if (info > 27) refuse("an item of definite length expected");
    return info;
  }

  void item() {
    const unsigned head = take<u8>(), info = head & 31;
    switch (static_cast<Major>(head >> 5)) {
    case kUnsigned: argument(info); return;
    case kNegative:
      if (argument(info) > static_cast<u64>(std::numeric_limits<i64>::max()))
        refuse("a number that fits 64 bits expected");
      return;
    case kText: skip(argument(info)); return;
    case kArray: enter(argument(info), 1); return;
    case kMap: enter(argument(info), 2); return;
    case kSimple:
      if (info < 20 || info > 22) refuse("true, false or null expected");
      return;
    case kBytes:
    case kTag: refuse("neither byte strings nor tags expected");
    }
  }

  void skip(u64 length) {
    if (!fits(position_, length, bytes_.size())) refuse("a text runs past the end");
    position_ += length;
  }

  void enter(u64 entries, u64 items_per_entry) {
    const u64 most = (bytes_.size() - position_) / items_per_entry; // an item takes a byte or more
    if (entries > most) refuse("a container claims more than there is");
    if (depth_ + 1 == left_.size()) refuse("nested deeper than an outcome");
    left_.at(++depth_) = entries * items_per_entry;
  }

  ByteView bytes_;
  u64 position_ = 0;
  std::size_t depth_ = 0;
  std::array<u64, kDeepest> left_{}; // items left at each depth
};

} // namespace

void require_plain_cbor(std::string_view bytes) { Heads(bytes).walk(); }

void CborWriter::integer(i64 value) {
  if (value >= 0)
    head(0, static_cast<u64>(value));
  else
    head(1, ~static_cast<u64>(value)); // -1 - value
}

void CborWriter::text(std::string_view text) {
  head(3, text.size());
  bytes_ += text;
}

void CborWriter::head(u8 type, u64 value) {
  const auto put = [&](u8 info, int bytes) {
    bytes_.push_back(static_cast<char>(type << 5 | info));
    for (int i = bytes - 1; i >= 0; --i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
  };
  if (value < 24)
    put(static_cast<u8>(value), 0);
  else if (value <= 0xFF)
    put(24, 1);
  else if (value <= 0xFFFF)
    put(25, 2);
  else if (value <= 0xFFFFFFFF)
    put(26, 4);
  else
    put(27, 8);
}

} // namespace coldsweep
