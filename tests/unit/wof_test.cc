// SPDX-License-Identifier: Apache-2.0
// Files compressed with WOF: reparse point, chunk table, chunks, and what damage costs.
#include "content/stream_content.h"
#include "filesystem/wof_storage.h"
#include "support/catch.h"
#include "support/content.h"
#include "support/effort.h"
#include "support/sources.h"
#include "support/wof_codec.h"

#include <random>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string numbers(const std::vector<u32>& values) {
  std::string bytes;
  for (const u32 value : values)
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::optional<WofReparse> parsed(const std::vector<u32>& values) {
  return parse_wof_reparse(bytes_of(numbers(values)));
}

constexpr u32 kTag = 0x80000017;

/// A stream whose stored bytes are all of a source, in two extents.
struct Stored {
  Stored(Encoding kind, u64 size, std::string stored_bytes) : bytes(std::move(stored_bytes)) {
    const u64 half = bytes.size() / 2;
    extents = {{0, 0, half, Extent::Kind::stored},
               {half, half, bytes.size() - half, Extent::Kind::stored}};
    stream.size = stream.initialized = size;
    stream.encoding = kind;
    stream.compression_unit = static_cast<u32>(wof_chunk(kind));
    stream.stored_size = bytes.size();
    stream.extents = extents;
  }
  Stored(const Stored&) = delete;
  Stored& operator=(const Stored&) = delete;

  std::string bytes;
  std::vector<Extent> extents;
  StreamRef stream;
};

struct Read {
  std::string bytes;
  WofGaps found;
};

Read read(const Stored& stored, const ByteSource& source) {
  WofDecoder decoder;
  std::vector<std::byte> into(stored.stream.size, std::byte{0xAA});
  WofGaps found = decoder.read(source, {stored.stream, 0, into});
  return {std::string(chars_of(into)), std::move(found)};
}

Read read(const Stored& stored) { return read(stored, MemorySource(stored.bytes)); }

u64 total(const std::vector<Gap>& gaps) {
  u64 sum = 0;
  for (const Gap& gap : gaps) sum += gap.length;
  return sum;
}

} // namespace

TEST_CASE("a WOF reparse point names the algorithm, and an unknown one says why it is unread") {
  CHECK(parsed({kTag, 16, 1, 2, 1, 0})->encoding == Encoding::wof_xpress4k);
  CHECK(parsed({kTag, 20, 1, 2, 1, 1, 0})->encoding == Encoding::wof_lzx);
  CHECK(parsed({kTag, 20, 1, 2, 1, 2, 0})->encoding == Encoding::wof_xpress8k);
  CHECK(parsed({kTag, 20, 1, 2, 1, 3, 0})->encoding == Encoding::wof_xpress16k);
  CHECK(parsed({kTag, 20, 1, 2, 1, 3, 0})->chunk == 16384);
  CHECK(!parsed({0xA000000C, 16, 1, 2, 1, 0})); // a symbolic link
  CHECK(!parsed({}));
  for (const std::vector<u32>& odd : std::vector<std::vector<u32>>{{kTag},
                                                                   {kTag, 4, 1},
                                                                   {kTag, 8, 1, 2},
                                                                   {kTag, 16, 2, 2, 1, 0},
                                                                   {kTag, 16, 1, 1, 1, 0},
                                                                   {kTag, 16, 1, 3, 1, 0},
                                                                   {kTag, 16, 1, 2, 2, 0},
                                                                   {kTag, 16, 1, 2, 1, 4}}) {
    const std::optional<WofReparse> found = parsed(odd);
    REQUIRE(found.has_value());
    CHECK(found->encoding == Encoding::wof);
    CHECK(!found->why_unread.empty());
  }
  CHECK_THAT(parsed({kTag, 16, 1, 1, 1, 0})->why_unread, ContainsSubstring("WIM"));
}

TEST_CASE("content that libwim compressed in chunks reads as it was, around every chunk boundary") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  for (const Encoding kind : kWofKinds) {
    const u64 chunk = wof_chunk(kind);
    for (const u64 size : {u64{1}, u64{255}, u64{256}, u64{257}, u64{300}, chunk - 1, chunk,
                           chunk + 1, 3 * chunk - 1, 3 * chunk, 3 * chunk + 200, 300 * chunk + 5}) {
      // Random bytes, which stay raw, then text.
      const std::string content =
          pattern(std::min(size, chunk * 3 / 2)).bytes() + text(size, size).bytes();
      const Stored stored(kind, size, wof_stored(wof_chunks(kind, content.substr(0, size), 20)));
      const Read got = read(stored);
      CAPTURE(name_of(kind), size, got.found.damage);
      CHECK(impossible_wof_table(stored.stream, stored.bytes.size()) == "");
      CHECK(got.found.gaps.empty());
      REQUIRE(got.bytes == content.substr(0, size));
    }
  }
}

TEST_CASE(
    "a damaged chunk costs only itself, and a damaged table entry the two chunks it separates") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  for (const Encoding kind : kWofKinds) {
    const u64 chunk = wof_chunk(kind), size = 10 * chunk - 100;
    const std::string content = text(size, 5).bytes();
    const std::vector<std::string> chunks = wof_chunks(kind, content);
    const std::string good = wof_stored(chunks);
    CAPTURE(name_of(kind));

    std::string bytes = good;
    const u64 second = 9 * 4 + chunks[0].size();
    for (u64 i = 0; i < 60; ++i) bytes[second + i] = '\xff';
    const Read broken = read(Stored(kind, size, bytes));
    REQUIRE(broken.found.gaps.size() == 1);
    CHECK(broken.found.gaps[0].offset == chunk);
    CHECK(broken.found.gaps[0].length == chunk);
    CHECK_THAT(broken.found.damage,
               ContainsSubstring("WOF chunk 1 at offset " + std::to_string(chunk)));
    CHECK(broken.bytes ==
          content.substr(0, chunk) + std::string(chunk, '\0') + content.substr(2 * chunk));

    bytes = good;
    bytes[3 * 4 + 3] = '\x7f'; // where chunk 3 ends and chunk 4 begins
    const Read torn = read(Stored(kind, size, bytes));
    REQUIRE(torn.found.gaps.size() == 1);
    CHECK(torn.found.gaps[0].offset == 3 * chunk);
    CHECK(torn.found.gaps[0].length == 2 * chunk);
    CHECK_THAT(torn.found.damage, ContainsSubstring("WOF chunk 3"));
    CHECK(torn.bytes.substr(5 * chunk) == content.substr(5 * chunk));

    const Read cut =
        read(Stored(kind, size, good.substr(0, good.size() - chunks.back().size() - 1)));
    REQUIRE(cut.found.gaps.size() == 1);
    CHECK(cut.found.gaps[0].offset == 8 * chunk);
    CHECK(cut.found.gaps[0].length == size - 8 * chunk);
  }
}

TEST_CASE("unreadable sectors cost the chunks they are in, but in a raw chunk only themselves") {
  const u64 chunk = 4096, size = 8 * chunk;
  const std::string content = pattern(size).bytes(); // raw, all of it
  std::vector<std::string> chunks;
  for (u64 at = 0; at < size; at += chunk) chunks.push_back(content.substr(at, chunk));
  const Stored stored(Encoding::wof_xpress4k, size, wof_stored(chunks));
  FaultySource source(std::make_shared<MemorySource>(stored.bytes));
  source.unreadable(28 + chunk + 484, 512); // in chunk 1, at a multiple of 512 of the media
  const Read got = read(stored, source);
  CHECK(got.found.damage == "");
  REQUIRE(!got.found.gaps.empty());
  CHECK(total(got.found.gaps) >= 512);
  CHECK(total(got.found.gaps) <= 1024);
  CHECK(got.found.gaps[0].offset >= chunk);
  CHECK(got.bytes.substr(2 * chunk) == content.substr(2 * chunk));
  CHECK(got.bytes.substr(0, chunk) == content.substr(0, chunk));

  FaultySource table(std::make_shared<MemorySource>(stored.bytes));
  table.unreadable(0, 28);
  const Read lost = read(stored, table);
  CHECK(lost.found.damage == "");
  CHECK(total(lost.found.gaps) == size);
}

TEST_CASE("from 4 GiB of content the table has 64-bit entries, and only a table on the volume is "
          "trusted") {
  const u64 chunk = 32768, size = 4_GiB + 100, chunks = size / chunk + 1;
  std::string stored_bytes, chunk_bytes;
  if (!can_compress_wof()) SKIP("no wim_codec");
  chunk_bytes = wof_chunks(Encoding::wof_lzx, std::string(chunk, 'z')).front();
  for (u64 i = 1; i < chunks; ++i) {
    const u64 end = i * chunk_bytes.size();
    stored_bytes += numbers({static_cast<u32>(end), static_cast<u32>(end >> 32)});
  }
  for (u64 i = 1; i < chunks; ++i) stored_bytes += chunk_bytes;
  stored_bytes += std::string(100, 'y'); // the last one, raw
  const Stored stored(Encoding::wof_lzx, size, stored_bytes);
  const MemorySource source(stored.bytes);
  WofDecoder decoder;
  std::vector<std::byte> into(5 * chunk + 100);
  const WofGaps found = decoder.read(source, {stored.stream, size - into.size(), into});
  CHECK(found.gaps.empty());
  CHECK(chars_of(into) == std::string(5 * chunk, 'z') + std::string(100, 'y'));

  // It decompresses to a thousand times its stored size, so it is not held in one piece.
  const WindowPlan plan = plan_windows(stored.stream);
  CHECK(!plan.whole);
  CHECK(plan.windows.size() == 5);
  CHECK(plan.windows.back().offset + plan.windows.back().length == size);

  Stored hollow(Encoding::wof_lzx, u64{1} << 52, std::string(4096, 'x'));
  hollow.stream.stored_size = u64{1} << 50; // a hole
  const WindowPlan none = plan_windows(hollow.stream);
  CHECK(none.windows.empty());
  CHECK(none.missing == u64{1} << 52);
  CHECK_THAT(none.damage, ContainsSubstring("of which 4096 are stored"));
  CHECK_THAT(impossible_wof_table(Stored(Encoding::wof_lzx, 5, "").stream, 0),
             ContainsSubstring("no stream WofCompressedData"));
}

TEST_CASE("randomly flipped stored bytes yield the content, other bytes or gaps, and never crash") {
  if (!can_compress_wof()) SKIP("no wim_codec");
  for (const Encoding kind : kWofKinds) {
    const u64 size = 5 * wof_chunk(kind) + 77;
    const std::string content = text(size / 2, 3).bytes() + pattern(size - size / 2).bytes();
    const std::string good = wof_stored(wof_chunks(kind, content, 20));
    std::mt19937_64 random(static_cast<u64>(kind));
    u64 with_gaps = 0;
    for (u64 i = 0; i < rounds(400); ++i) {
      std::string bytes = good;
      for (int flip = 0; flip < 8; ++flip)
        bytes[random() % (i % 2 == 0 ? 20 : bytes.size())] ^= static_cast<char>(1 << random() % 8);
      if (i % 8 == 0) bytes.resize(21 + random() % (bytes.size() - 21));
      const Read got = read(Stored(kind, size, bytes));
      u64 at = 0;
      for (const Gap& gap : got.found.gaps) {
        REQUIRE(gap.offset >= at);
        REQUIRE(gap.length > 0);
        at = gap.offset + gap.length;
        REQUIRE(at <= size);
        CHECK(got.bytes.compare(gap.offset, gap.length, std::string(gap.length, '\0')) == 0);
      }
      CHECK(got.found.damage.empty() == got.found.gaps.empty());
      with_gaps += got.found.gaps.empty() ? 0 : 1;
    }
    CHECK(with_gaps > rounds(400) / 4);
  }
}
