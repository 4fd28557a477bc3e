// SPDX-License-Identifier: GPL-2.0-or-later
// wim_codec < JOBS: compresses and decompresses chunks with libwim, an implementation independent
// of the one under test. A job is `c` or `d`, the algorithm by its number in WOF (one byte), the
// compression level (0: libwim's default), the chunk's decompressed size, the number of bytes that
// follow, and the bytes. The last three numbers have 32 bits each, little-endian. An answer is the
// number of bytes that follow, and the bytes. The number is 0xFFFFFFFF if a chunk does not shrink
// or can't be decompressed.
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <wimlib.h>

namespace {

constexpr std::uint32_t kNothing = 0xFFFFFFFF;

using Compressor = std::unique_ptr<wimlib_compressor, decltype(&wimlib_free_compressor)>;
using Decompressor = std::unique_ptr<wimlib_decompressor, decltype(&wimlib_free_decompressor)>;

struct Algorithm {
  wimlib_compression_type type;
  std::size_t chunk;
};

Algorithm algorithm(int number) {
  switch (number) {
  case 0: return {WIMLIB_COMPRESSION_TYPE_XPRESS, 4096};
  case 1: return {WIMLIB_COMPRESSION_TYPE_LZX, 32768};
  case 2: return {WIMLIB_COMPRESSION_TYPE_XPRESS, 8192};
  default: return {WIMLIB_COMPRESSION_TYPE_XPRESS, 16384};
  }
}

bool read_number(std::uint32_t& number) {
  unsigned char bytes[4];
  if (std::fread(bytes, 1, 4, stdin) != 4) return false;
  number = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
  return true;
}

void answer(const char* bytes, std::uint32_t count) {
  for (int shift = 0; shift < 32; shift += 8) std::putchar(static_cast<int>(count >> shift & 255));
  if (count != kNothing) std::fwrite(bytes, 1, count, stdout);
}

class Codec {
public:
  /// False at the end of the jobs, or if a job can't be done.
  bool next() {
    const int task = std::getchar(), number = std::getchar();
    std::uint32_t level = 0, size = 0, length = 0;
    if ((task != 'c' && task != 'd') || !read_number(level) || !read_number(size) ||
        !read_number(length))
      return false;
    std::vector<char> in(length), out(task == 'c' ? length + 1 : size + 1);
    if (std::fread(in.data(), 1, length, stdin) != length) return false;
    if (task == 'c') return compress(number, level, in, out);
    wimlib_decompressor* with = decompressor(number);
    if (with == nullptr) return false;
    const int failed = wimlib_decompress(in.data(), length, out.data(), size, with);
    answer(out.data(), failed != 0 ? kNothing : size);
    return true;
  }

private:
  bool compress(int number, unsigned level, const std::vector<char>& in, std::vector<char>& out) {
    wimlib_compressor* with = compressor(number, level);
    if (with == nullptr) return false;
    const std::size_t smaller = in.empty() ? 0 : in.size() - 1;
    const std::size_t count = wimlib_compress(in.data(), in.size(), out.data(), smaller, with);
    answer(out.data(), count == 0 ? kNothing : static_cast<std::uint32_t>(count));
    return true;
  }

  wimlib_compressor* compressor(int number, unsigned level) {
    const auto [at, fresh] =
        compressors_.try_emplace({number, level}, Compressor(nullptr, wimlib_free_compressor));
    if (!fresh) return at->second.get();
    wimlib_compressor* made = nullptr;
    const Algorithm with = algorithm(number);
    if (wimlib_create_compressor(with.type, with.chunk, level, &made) != 0) return nullptr;
    at->second.reset(made);
    return made;
  }

  wimlib_decompressor* decompressor(int number) {
    const auto [at, fresh] =
        decompressors_.try_emplace(number, Decompressor(nullptr, wimlib_free_decompressor));
    if (!fresh) return at->second.get();
    wimlib_decompressor* made = nullptr;
    const Algorithm with = algorithm(number);
    if (wimlib_create_decompressor(with.type, with.chunk, &made) != 0) return nullptr;
    at->second.reset(made);
    return made;
  }

  std::map<std::pair<int, unsigned>, Compressor> compressors_;
  std::map<int, Decompressor> decompressors_;
};

} // namespace

int main() {
  Codec codec;
  while (codec.next()) {
  }
  return std::feof(stdin) && !std::ferror(stdin) ? 0 : 1;
}
