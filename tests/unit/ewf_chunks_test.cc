// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_chunks.h"

#include "base/endian.h"
#include "image/chunk_cache.h"
#include "image/ewf_segments.h"
#include "image/image.h"
#include "unit/image_test_tools.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace coldsweep {
namespace {

constexpr u64 kChunk = 32_KiB;

/// A disk whose last chunk is shorter and whose second part doesn't compress, and an E01 set of it.
class Acquired {
public:
  explicit Acquired(const std::string& options) {
    const Bytes noise = random_bytes(300'032, 31);
    disk_.insert(disk_.end(), noise.begin(), noise.end());
    write_file(folder_ / "disk.raw", disk_);
    run_or_skip("ewfacquire", "-u -t " + quoted(folder_ / "case") + " -f encase6 " + options + " " +
                                  quoted(folder_ / "disk.raw"));
  }
  std::filesystem::path first() const { return folder_ / "case.E01"; }
  const Bytes& disk() const { return disk_; }
  u64 chunks() const { return (disk_.size() + kChunk - 1) / kChunk; }

  /// Whether the chunk can be unpacked. If it can, its content must be right.
  bool reads(const EwfChunks& set, u64 chunk) const {
    const u64 from = chunk * kChunk;
    Bytes into(std::min<u64>(kChunk, disk_.size() - from));
    if (!set.read(chunk, into)) return false;
    CHECK(std::ranges::equal(into, ByteView(disk_).subspan(from, into.size())));
    return true;
  }

private:
  TestFolder folder_;
  Bytes disk_ = compressible_bytes(3_MiB, 30);
};

TEST_CASE("every chunk of an EWF set is unpacked through its tables") {
  for (const std::string options :
       {"-S 1EiB -c none", "-S 1EiB -c fast", "-S 1MiB -c none", "-S 1MiB -c best"}) {
    CAPTURE(options);
    const Acquired made(options);
    const EwfChunks set(open_ewf_set({made.first()}));
    for (u64 chunk = 0; chunk < made.chunks(); ++chunk) {
      CAPTURE(chunk);
      CHECK(made.reads(set, chunk));
    }
    Bytes past(kChunk);
    CHECK_FALSE(set.read(made.chunks(), past));
    CHECK_FALSE(set.read(~u64{0}, past));
    Bytes odd(kChunk - 512);
    CHECK_FALSE(set.read(0, odd));
  }
}

TEST_CASE("a damaged EWF chunk is not unpacked, but its neighbours are") {
  for (const std::string options : {"-S 1EiB -c none", "-S 1EiB -c fast"}) {
    CAPTURE(options);
    const Acquired made(options);
    patch(made.first(), 100'000, bytes_of("\x01\x02\x03\x04"));
    const EwfChunks set(open_ewf_set({made.first()}));
    u64 damaged = 0;
    for (u64 chunk = 0; chunk < made.chunks(); ++chunk) damaged += made.reads(set, chunk) ? 0 : 1;
    CHECK(damaged == 1);
  }
}

TEST_CASE("a damaged table of an EWF set is replaced by its copy, and neither is used if both are "
          "damaged") {
  const Acquired made("-S 1EiB -c fast");
  const Bytes file = read_file(made.first());
  const u64 table = chars_of(file).find(std::string_view("table\0", 6));
  const u64 copy = chars_of(file).find(std::string_view("table2\0", 7));
  REQUIRE((table < copy && copy != std::string_view::npos));
  constexpr u64 kEntry = 76 + 24 + 40;
  patch(made.first(), table + kEntry, bytes_of("\x77\x66"));
  {
    const EwfChunks set(open_ewf_set({made.first()}));
    for (u64 chunk = 0; chunk < made.chunks(); ++chunk) CHECK(made.reads(set, chunk));
    CHECK(read_all(*open_image({made.first()}).media) == made.disk());
  }
  patch(made.first(), copy + kEntry, bytes_of("\x77\x66"));
  EwfSet set = open_ewf_set({made.first()});
  CHECK(set.tables.empty());
  CHECK_FALSE(made.reads(EwfChunks(std::move(set)), 0));
}

TEST_CASE("a chunk is decoded once for all threads that want parts of it") {
  ChunkCache cache(kChunk);
  std::atomic<int> decoded = 0;
  const auto decode = [&](MutableBytes whole) {
    ++decoded;
    std::ranges::fill(whole, std::byte{7});
    return true;
  };
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (u64 chunk = 0; chunk < 100; ++chunk) {
        Bytes part(100);
        if (cache.copy_or_decode(chunk, kChunk, static_cast<std::size_t>(i) * 100, part, decode) &&
            part == Bytes(100, std::byte{7}))
          ++right;
      }
    });
  threads.clear();
  CHECK(right == 400);
  CHECK(decoded == 100);
}

TEST_CASE("the cache holds no chunk that could not be decoded, and nothing past a chunk's end") {
  ChunkCache cache(kChunk);
  Bytes part(100);
  const auto fails = [](MutableBytes) { return false; };
  const auto works = [](MutableBytes) { return true; };
  CHECK(cache.copy_or_decode(3, 200, 0, part, works));
  CHECK(cache.copy(3, 100, part));
  CHECK_FALSE(cache.copy(3, 101, part));
  // A chunk that takes its slot must not be mistaken for it, nor be cached when it fails.
  const u64 rival = 3 + 8_MiB / kChunk;
  CHECK_FALSE(cache.copy_or_decode(rival, 200, 0, part, fails));
  CHECK_FALSE(cache.copy(rival, 0, part));
  CHECK_FALSE(cache.copy(3, 0, part));
}

} // namespace
} // namespace coldsweep
