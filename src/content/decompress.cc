// SPDX-License-Identifier: Apache-2.0
#include "content/decompress.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>

namespace coldsweep {
namespace {

constexpr u64 kInput = 64_KiB, kOutput = 128_KiB;
/// Of liblzma. The largest preset needs 65 MiB; pages that it doesn't write to cost nothing.
constexpr u64 kMostLzmaMemory = 1_GiB;

/// The pieces of the input as steps of at most kInput bytes.
class Input {
public:
  explicit Input(std::span<const ByteView> pieces) : pieces_(pieces) {}

  /// Empty at the end.
  ByteView next() {
    while (!pieces_.empty() && at_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      at_ = 0;
    }
    if (pieces_.empty()) return {};
    const ByteView step =
        pieces_.front().subspan(at_, std::min<u64>(kInput, pieces_.front().size() - at_));
    at_ += step.size();
    given_ += step.size();
    return step;
  }
  u64 given() const { return given_; }

private:
  std::span<const ByteView> pieces_;
  u64 at_ = 0, given_ = 0;
};

/// One call of a library: what is left of its input, and what it says.
struct Step {
  u64 input_left = 0, written = 0;
  std::optional<DecodeEnd> end{}; ///< absent: it goes on
  std::string why{};
};

char* chars(const std::byte* bytes) {
  return const_cast<char*>(reinterpret_cast<const char*>(bytes)); // libbz2 only reads
}

class Deflate {
public:
  bool start() {
    started_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK;
    // Zeros in front of the content: a distance that leads there, out of damage, doesn't end it.
    // gzip and Info-ZIP read zeros there, too, and go on.
    static constexpr std::array<Bytef, 1U << MAX_WBITS> kZeros{};
    return started_ && inflateSetDictionary(&stream_, kZeros.data(), kZeros.size()) == Z_OK;
  }
  ~Deflate() {
    if (started_) inflateEnd(&stream_);
  }
  Step step(ByteView in, MutableBytes out) {
    stream_.next_in = reinterpret_cast<Bytef*>(chars(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    Step step{stream_.avail_in, out.size() - stream_.avail_out};
    if (code == Z_STREAM_END) step.end = DecodeEnd::whole;
    if (code == Z_MEM_ERROR) step.end = DecodeEnd::no_memory;
    if (code == Z_DATA_ERROR || code == Z_NEED_DICT) step.end = DecodeEnd::damaged;
    if (code == Z_DATA_ERROR && stream_.msg != nullptr) step.why = stream_.msg;
    return step;
  }

private:
  z_stream stream_{};
  bool started_ = false;
};

class Bzip2 {
public:
  bool start() { return started_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK; }
  ~Bzip2() {
    if (started_) BZ2_bzDecompressEnd(&stream_);
  }
  Step step(ByteView in, MutableBytes out) {
    stream_.next_in = chars(in.data());
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = static_cast<unsigned>(out.size());
    const int code = BZ2_bzDecompress(&stream_);
    Step step{stream_.avail_in, out.size() - stream_.avail_out};
    if (code == BZ_STREAM_END) step.end = DecodeEnd::whole;
    if (code == BZ_MEM_ERROR) step.end = DecodeEnd::no_memory;
    if (code == BZ_DATA_ERROR || code == BZ_DATA_ERROR_MAGIC) step.end = DecodeEnd::damaged;
    if (code == BZ_DATA_ERROR) step.why = "wrong data or a wrong CRC-32";
    return step;
  }

private:
  bz_stream stream_{};
  bool started_ = false;
};

class Lzma {
public:
  explicit Lzma(Codec codec) : codec_(codec) {}
  bool start() {
    return (codec_ == Codec::xz ? lzma_stream_decoder(&stream_, kMostLzmaMemory, 0)
                                : lzma_alone_decoder(&stream_, kMostLzmaMemory)) == LZMA_OK;
  }
  ~Lzma() { lzma_end(&stream_); }
  Lzma(const Lzma&) = delete;
  Lzma& operator=(const Lzma&) = delete;
  Step step(ByteView in, MutableBytes out) {
    stream_.next_in = reinterpret_cast<const u8*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<u8*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret code = lzma_code(&stream_, LZMA_RUN);
    Step step{stream_.avail_in, out.size() - stream_.avail_out};
    if (code == LZMA_STREAM_END) step.end = DecodeEnd::whole;
    if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR) step.end = DecodeEnd::no_memory;
    if (code == LZMA_DATA_ERROR || code == LZMA_FORMAT_ERROR || code == LZMA_OPTIONS_ERROR ||
        code == LZMA_PROG_ERROR)
      step.end = DecodeEnd::damaged;
    if (code == LZMA_DATA_ERROR) step.why = "wrong data or a wrong check value";
    return step;
  }

private:
  Codec codec_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

template <class Decoder>
Decoded run(Decoder& decoder, std::span<const ByteView> from, const TakeBytes& take) {
  if (!decoder.start()) return {DecodeEnd::no_memory, 0, {}};
  const auto out = std::make_unique_for_overwrite<std::byte[]>(kOutput);
  Input input(from);
  for (ByteView in = input.next();; in = input.next()) {
    const bool last = in.empty(); // the decoder may still hold bytes that it had no room for
    while (true) {
      const u64 before = in.size();
      Step step = decoder.step(in, {out.get(), kOutput});
      in = in.last(step.input_left);
      const u64 consumed = input.given() - in.size();
      if (!take({out.get(), step.written})) return {DecodeEnd::stopped, consumed, {}};
      if (step.end) return {*step.end, consumed, std::move(step.why)};
      if (step.written < kOutput && in.empty()) break;
      if (step.written == 0 && in.size() == before) return {DecodeEnd::damaged, consumed, {}};
    }
    if (last) return {DecodeEnd::cut, input.given(), {}};
  }
}

} // namespace

Decoded decode(Codec codec, std::span<const ByteView> from, const TakeBytes& take) {
  if (codec == Codec::deflate) {
    Deflate deflate;
    return run(deflate, from, take);
  }
  if (codec == Codec::bzip2) {
    Bzip2 bzip2;
    return run(bzip2, from, take);
  }
  Lzma lzma(codec);
  return run(lzma, from, take);
}

} // namespace coldsweep
