// SPDX-License-Identifier: Apache-2.0
#include "content/zip_member.h"

#include "base/endian.h"
#include "content/zstd.h"

#include <algorithm>
#include <array>

namespace coldsweep {
namespace {

Decoded copy(ByteView data, const TakeBytes& take) {
  constexpr u64 kStep = 1_MiB;
  u64 done = 0;
  do {
    const ByteView step = data.subspan(done, std::min<u64>(kStep, data.size() - done));
    if (!take(step)) return {DecodeEnd::stopped, done, {}};
    done += step.size();
  } while (done < data.size());
  return {DecodeEnd::whole, done, {}};
}

/// Versions and length of the properties, these, then the stream (APPNOTE 5.8.8). liblzma takes the
/// properties and the size in front of the stream.
Decoded decode_lzma(const ZipEntry& entry, ByteView data, const TakeBytes& take) {
  constexpr u64 kBefore = 4, kProperties = 5;
  if (data.size() < kBefore + kProperties) return {DecodeEnd::cut, data.size(), {}};
  if (little<u16>(data, 2) != kProperties)
    return {DecodeEnd::damaged, 0, "unknown properties of LZMA"};
  const bool has_end_mark = (entry.flags & 2) != 0 || entry.described_later();
  std::array<std::byte, 13> header{};
  std::copy_n(data.begin() + kBefore, kProperties, header.begin());
  for (unsigned i = 0; i < 8; ++i)
    header[kProperties + i] =
        has_end_mark ? std::byte{0xFF} : static_cast<std::byte>(entry.size >> (8 * i) & 0xFF);
  const std::array<ByteView, 2> pieces{header, data.subspan(kBefore + kProperties)};
  Decoded decoded = decode(Codec::lzma, pieces, take);
  decoded.consumed -= std::min<u64>(decoded.consumed, header.size() - kBefore - kProperties);
  return decoded;
}

} // namespace

bool decodes_zip_method(u16 method) {
  return method == 0 || method == 8 || method == 12 || method == 14 || method == 93 || method == 95;
}

Decoded decode_zip_member(const ZipEntry& entry, ByteView data, const Deadline& deadline,
                          const TakeBytes& take) {
  switch (entry.method) {
  case 0: return copy(data, take);
  case 8: return decode(Codec::deflate, {&data, 1}, take);
  case 12: return decode(Codec::bzip2, {&data, 1}, take);
  case 14: return decode_lzma(entry, data, take);
  case 93: return decode_zstd(data, deadline, take);
  case 95: return decode(Codec::xz, {&data, 1}, take);
  default: return {DecodeEnd::damaged, 0, "unknown method"};
  }
}

} // namespace coldsweep
