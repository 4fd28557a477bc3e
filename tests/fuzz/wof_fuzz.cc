// SPDX-License-Identifier: Apache-2.0
// WOF's decoders and its chunk table. An input starts with one byte: bits 0-1 are the algorithm,
// and bit 2 says that the rest is a whole stored stream rather than one chunk. Then come 32 bits of
// decompressed size, and the data.
#include "base/endian.h"
#include "base/error.h"
#include "content/stream_content.h"
#include "support/sources.h"

#include <cstdlib>

using namespace coldsweep;

namespace {

constexpr u32 kMostBytes = 1 << 20;

void decode_chunk(Encoding kind, ByteView data, u32 size) {
  static XpressHuffman xpress;
  static Lzx lzx;
  const std::vector<std::byte> in(data.begin(), data.end());
  std::vector<std::byte> out(1 + size % (kind == Encoding::wof_lzx ? Lzx::kChunk : 16384));
  try {
    if (kind == Encoding::wof_lzx)
      lzx.decompress(in, out);
    else
      xpress.decompress(in, out);
  } catch (const FormatError&) {
    return; // as it should
  }
}

void decode_stream(Encoding kind, u32 unit, ByteView data, u32 size) {
  const test::MemorySource source{std::string(chars_of(data))};
  const Extent extent{0, 0, data.size(), Extent::Kind::stored};
  StreamRef stream;
  stream.size = stream.initialized = 1 + size % kMostBytes;
  stream.encoding = kind;
  stream.compression_unit = unit;
  stream.stored_size = data.size();
  stream.extents = {&extent, 1};
  ByteBudget budget(64_MiB);
  StreamReader reader(budget, {});
  const WindowPlan plan = plan_windows(stream);
  u64 accounted = plan.missing;
  for (const Window& window : plan.windows) {
    const LoadedWindow loaded = reader.load(source, stream, window);
    u64 gaps = 0;
    for (const Gap& gap : loaded.gaps) gaps += gap.length;
    if (gaps != loaded.unreadable || gaps > loaded.bytes.size()) std::abort();
    accounted += loaded.bytes.size();
  }
  if (accounted != stream.size) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const ByteView input = std::as_bytes(std::span(data, size));
  if (input.size() < 5) return 0;
  constexpr Encoding kKinds[] = {Encoding::wof_xpress4k, Encoding::wof_lzx, Encoding::wof_xpress8k,
                                 Encoding::wof_xpress16k};
  constexpr u32 kUnits[] = {4096, 32768, 8192, 16384};
  const auto kind = std::to_integer<unsigned>(input[0]);
  const u32 out = *little<u32>(input, 1);
  if ((kind & 4) == 0)
    decode_chunk(kKinds[kind & 3], input.subspan(5), out);
  else
    decode_stream(kKinds[kind & 3], kUnits[kind & 3], input.subspan(5), out);
  return 0;
}
