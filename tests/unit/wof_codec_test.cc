// SPDX-License-Identifier: Apache-2.0
// The decoders of WOF's chunks against libwim: what libwim compresses, and how it reads damaged
// chunks.
#include "base/error.h"
#include "content/lzx.h"
#include "content/xpress_huffman.h"
#include "support/catch.h"
#include "support/content.h"
#include "support/effort.h"
#include "support/wof_codec.h"

#include <random>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

class Decoder {
public:
  /// In buffers of exactly these sizes, so that AddressSanitizer sees any access beyond them.
  /// Absent on a FormatError.
  std::optional<std::string> operator()(Encoding kind, const std::string& bytes, std::size_t size) {
    const std::vector<std::byte> in(bytes_of(bytes).begin(), bytes_of(bytes).end());
    std::vector<std::byte> out(size);
    try {
      if (kind == Encoding::wof_lzx)
        lzx_.decompress(in, out);
      else
        xpress_.decompress(in, out);
    } catch (const FormatError& e) {
      why = e.what();
      return std::nullopt;
    }
    return std::string(chars_of(out));
  }
  std::string why; ///< why the last one failed

private:
  Lzx lzx_;
  XpressHuffman xpress_;
};

/// Machine code for the E8 translation: near and far calls, forwards and backwards.
std::string calls(std::size_t size, u64 seed) {
  std::mt19937_64 random(seed);
  std::string code;
  while (code.size() < size) {
    code += "\x55\x8b\xec\x83\xec\x10";
    if (random() % 5 == 0) code += "\xe8\xe8\xe8"; // calls within calls
    code += '\xe8';
    const u64 target = random() % 4 == 0 ? random() : random() % 100'000 - 50'000;
    for (int shift = 0; shift < 32; shift += 8) code += static_cast<char>(target >> shift);
    code += "\x85\xc0\x74\x08\xc9\xc3";
  }
  return code.substr(0, size);
}

/// Parts with different statistics in one chunk, which give several blocks.
std::string mixture(std::size_t size, u64 seed) {
  std::mt19937_64 random(seed);
  std::string all;
  while (all.size() < size) {
    const std::size_t part = 200 + random() % 9000;
    switch (random() % 4) {
    case 0: all += text(part, random()).bytes(); break;
    case 1: all += calls(part, random()); break;
    case 2: all += pattern(part, random()).bytes(); break;
    default: all += std::string(part, static_cast<char>(random()));
    }
  }
  return all.substr(0, size);
}

std::vector<std::string> contents(std::size_t chunk) {
  std::vector<std::string> all;
  for (const std::size_t size : {chunk, chunk - 1, chunk - 9, chunk / 2, chunk / 2 + 1}) {
    all.push_back(std::string(size, '\0'));
    all.push_back(text(size, size).bytes());
    for (u64 seed = 1; seed <= 8; ++seed) {
      all.push_back(calls(size, seed));
      all.push_back(mixture(size, seed));
    }
  }
  for (std::size_t size = 1; size <= 300; ++size) {
    all.push_back(std::string(size, 'a'));
    all.push_back(calls(size, size));
    all.push_back(text(size, 7).bytes());
  }
  return all;
}

} // namespace

TEST_CASE("chunks that libwim compressed decompress to the original, at every level and size") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  Decoder decode;
  for (const Encoding kind : kWofKinds) {
    std::vector<WofJob> jobs;
    for (const u32 level : {1u, 20u, 50u, 100u})
      for (const std::string& content : contents(wof_chunk(kind)))
        jobs.push_back({WofJob::Task::compress, kind, content, 0, level});
    const std::vector<std::optional<std::string>> compressed = run_wim_codec(jobs);
    std::size_t shrunk = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!compressed[i]) continue;
      ++shrunk;
      const std::optional<std::string> out = decode(kind, *compressed[i], jobs[i].bytes.size());
      CAPTURE(name_of(kind), i, jobs[i].level, jobs[i].bytes.size(), decode.why);
      REQUIRE(out.has_value());
      REQUIRE(*out == jobs[i].bytes);
    }
    CHECK(shrunk > 250);
  }
}

TEST_CASE("a chunk cut anywhere is refused, and the message says where it ends") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  Decoder decode;
  for (const Encoding kind : kWofKinds) {
    for (const std::string& content :
         {mixture(wof_chunk(kind), 3), text(5000, 1).bytes(), calls(700, 1)}) {
      if (content.size() > wof_chunk(kind)) continue;
      const std::string whole = wof_chunks(kind, content).front();
      const std::size_t step = kSanitized ? 7 : 1;
      for (std::size_t size = 0; size + 4 < whole.size(); size += step) {
        CAPTURE(name_of(kind), content.size(), whole.size(), size);
        REQUIRE(!decode(kind, whole.substr(0, size), content.size()));
        REQUIRE_THAT(decode.why, Catch::Matchers::ContainsSubstring(
                                     kind == Encoding::wof_lzx ? "LZX: offset" : "XPRESS: "));
      }
    }
  }
}

TEST_CASE("damaged chunks give what libwim reads in them, or an error, and never a crash") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  Decoder decode;
  for (const Encoding kind : kWofKinds) {
    std::mt19937_64 random(static_cast<u64>(kind));
    const std::string content = mixture(wof_chunk(kind), 11);
    const std::string good = wof_chunks(kind, content).front();
    std::vector<WofJob> jobs;
    for (u64 i = 0; i < rounds(4000); ++i) {
      std::string bytes = good;
      const u64 flips = 1 + random() % 4;
      // In half of the jobs the flips are in the code lengths, on which everything else depends.
      for (u64 flip = 0; flip < flips; ++flip)
        bytes[random() % (i % 2 == 0 ? 200 : bytes.size())] ^= static_cast<char>(1 << random() % 8);
      jobs.push_back({WofJob::Task::decompress, kind, bytes, content.size()});
    }
    const std::vector<std::optional<std::string>> theirs = run_wim_codec(jobs);
    std::size_t refused = 0, same = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const std::optional<std::string> ours = decode(kind, jobs[i].bytes, content.size());
      CAPTURE(name_of(kind), i, decode.why);
      if (ours) {
        REQUIRE(ours == theirs[i]);
        ++same;
        continue;
      }
      ++refused;
      // libwim reads zeros past the end of the data, and lets a run of code lengths go too far.
      if (theirs[i])
        REQUIRE_THAT(decode.why, ContainsSubstring("the data ends before the chunk is complete") ||
                                     ContainsSubstring("more code lengths than symbols"));
    }
    CHECK(refused > jobs.size() / 4);
    CHECK(same > jobs.size() / 20);
  }
}

TEST_CASE("the examples in MS-XCA decompress to what it says") {
  std::string table(256, '\0');
  table[0x30] = '\x30'; // a: 3 bits
  table[0x31] = '\x23'; // b: 3, c: 2
  table[0x80] = '\x02'; // the end: 2
  std::string abc;
  for (int i = 0; i < 100; ++i) abc += "abc";
  table[0x8f] = '\x20'; // a long match, with a distance of two bits: 2
  Decoder decode;
  const std::string data("\xa8\xdc\x00\x00\xff\x26\x01", 7);
  CHECK(decode(Encoding::wof_xpress4k, table + data, abc.size()) == abc);
}

namespace {

/// Writes LZX as its format says: words of 16 bits, most significant bit first.
class LzxBits {
public:
  LzxBits& put(unsigned value, unsigned bits) {
    while (bits-- > 0) {
      word_ = static_cast<u16>(word_ << 1 | (value >> bits & 1));
      if (++used_ == 16) flush();
    }
    return *this;
  }
  /// If a word begins here, a whole one is skipped.
  LzxBits& align() {
    if (used_ == 0) bytes_.append(2, '\0');
    while (used_ != 0) put(0, 1);
    return *this;
  }
  LzxBits& uncompressed(const std::string& content) {
    put(3, 3).put(0, 1).put(static_cast<unsigned>(content.size()), 16).align();
    for (const unsigned distance : {1u, 2u, 3u})
      bytes_ += static_cast<char>(distance) + std::string(3, '\0');
    bytes_ += content;
    if (content.size() % 2 == 1) bytes_ += '\0';
    return *this;
  }
  /// A block of the letters a and b, whose codes have one bit.
  LzxBits& verbatim(const std::string& letters) {
    put(1, 3).put(0, 1).put(static_cast<unsigned>(letters.size()), 16);
    code_lengths().zeros(51).zeros(46).put(2, 2).put(2, 2);
    zeros(51).zeros(51).zeros(51).put(3, 2).put(0, 4); // 157, up to the literals' end
    code_lengths().zeros(51).zeros(51).zeros(51).zeros(51).zeros(36);
    code_lengths().zeros(51).zeros(51).zeros(51).zeros(51).zeros(45);
    for (const char letter : letters) put(letter == 'b' ? 1 : 0, 1);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

private:
  /// The code for code lengths: 18 (a long run of zeros) is 0, 16 (from 0 to 1) is 10, 17 (a short
  /// run) is 11.
  LzxBits& code_lengths() {
    for (unsigned symbol = 0; symbol < 20; ++symbol)
      put(symbol == 18 ? 1 : symbol == 16 || symbol == 17 ? 2 : 0, 4);
    return *this;
  }
  LzxBits& zeros(unsigned count) { return put(0, 1).put(count - 20, 5); }
  void flush() {
    bytes_ += static_cast<char>(word_);
    bytes_ += static_cast<char>(word_ >> 8);
    word_ = 0;
    used_ = 0;
  }
  std::string bytes_;
  u16 word_ = 0;
  unsigned used_ = 0;
};

} // namespace

TEST_CASE("uncompressed LZX blocks of any size are read, and calls in them are translated") {
  Decoder decode;
  std::vector<WofJob> jobs;
  std::vector<std::string> ours;
  for (u64 seed = 1; seed <= 40; ++seed) {
    std::string content;
    LzxBits bits;
    for (u64 block = 0; block < 1 + seed % 4; ++block) {
      const std::string part = calls(1 + (seed * 37 + block * 101) % 500, seed + block);
      bits.uncompressed(part);
      content += part;
    }
    CAPTURE(seed, decode.why);
    const std::optional<std::string> out = decode(Encoding::wof_lzx, bits.bytes(), content.size());
    REQUIRE(out.has_value());
    REQUIRE(out->size() == content.size());
    ours.push_back(*out);
    jobs.push_back({WofJob::Task::decompress, Encoding::wof_lzx, bits.bytes(), content.size()});
  }
  CHECK(decode(Encoding::wof_lzx, LzxBits().uncompressed("no calls in it").bytes(), 14) ==
        "no calls in it");
  // At 3 there is a call to the absolute 0x100. It becomes relative to its own place.
  const std::string call("abc\xe8\x00\x01\x00\x00 and ten more", 22);
  CHECK(decode(Encoding::wof_lzx, LzxBits().uncompressed(call).bytes(), 22) ==
        std::string("abc\xe8\xfd\x00\x00\x00 and ten more", 22));
  if (!can_compress_wof()) SKIP("no wim_codec");
  const std::vector<std::optional<std::string>> theirs = run_wim_codec(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) CHECK(ours[i] == theirs[i]);
}

TEST_CASE(
    "an uncompressed LZX block begins at the next word, or a word later if already at a word") {
  Decoder decode;
  std::vector<WofJob> jobs;
  std::vector<std::string> contents;
  for (std::size_t letters = 1; letters <= 33; ++letters) {
    std::string content;
    for (std::size_t i = 0; i < letters; ++i) content += i % 3 == 0 ? 'b' : 'a';
    const std::string bytes =
        LzxBits().verbatim(content).uncompressed("stored!").uncompressed("twice").bytes();
    content += "stored!twice";
    CAPTURE(letters, decode.why);
    CHECK(decode(Encoding::wof_lzx, bytes, content.size()) == content);
    jobs.push_back({WofJob::Task::decompress, Encoding::wof_lzx, bytes, content.size()});
    contents.push_back(content);
  }
  if (!can_compress_wof()) SKIP("no wim_codec");
  const std::vector<std::optional<std::string>> theirs = run_wim_codec(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) CHECK(theirs[i] == contents[i]);
}
