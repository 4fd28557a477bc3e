// SPDX-License-Identifier: Apache-2.0
// The builder itself: The Sleuth Kit reads what libntfs-3g wrote. The two implementations share
// nothing.
#include "support/catch.h"
#include "support/effort.h"

#include "base/file.h"
#include "base/hash.h"
#include "support/ntfs_image.h"
#include "support/random_tree.h"
#include "support/run_tool.h"
#include "support/tsk_oracle.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

void need_tools() {
  if (!can_build_ntfs_images() || !Tsk::available())
    SKIP("ntfs_writer, mkntfs or The Sleuth Kit is missing");
}

/// What icat prints for a stream. libtsk renumbers the attributes of a list so that ids don't
/// repeat, but only about 250 of them. Past that, icat gets the record that holds the stream.
std::optional<std::string> read_with_tsk(const Tsk& tsk, const WrittenStream& written,
                                         const std::vector<TskAttribute>& attributes) {
  const auto named = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const TskAttribute& a) { return a.name == written.stream; });
  // libtsk drops the name of some streams that are empty and resident; no content is lost.
  if (named == attributes.end() && written.size == 0) return std::string();
  const auto same_id = [&](const TskAttribute& a) {
    return named != attributes.end() && a.id == named->id;
  };
  if (std::count_if(attributes.begin(), attributes.end(), same_id) == 1)
    return tsk.read(written.record, named->id);
  return tsk.read(written.holder, written.attribute_id);
}

void check_all(NtfsImage& image) {
  const Tsk tsk(image.build());
  std::map<u64, std::vector<TskAttribute>> attributes;
  for (const WrittenStream& written : image.contents()) {
    CAPTURE(image.description(), written.path, written.stream, written.record);
    if (written.overwritten || written.wof) continue;
    // Deletion frees the other records of an attribute list, and TSK no longer follows it.
    if (!written.allocated && written.holder != written.record) continue;
    if (!attributes.contains(written.record))
      attributes[written.record] = tsk.attributes(written.record);
    const std::optional<std::string> read = read_with_tsk(tsk, written, attributes[written.record]);
    REQUIRE(read.has_value());
    CHECK(read->size() == written.size);
    CHECK(sha256_of(*read) == written.sha256());
  }
}

bool listed(const std::vector<OracleStream>& streams, const std::string& path,
            const std::string& stream = {}) {
  return std::any_of(streams.begin(), streams.end(), [&](const OracleStream& candidate) {
    return candidate.path == path && candidate.stream == stream;
  });
}

} // namespace

TEST_CASE("a small file and its alternate streams are stored in the record") {
  need_tools();
  NtfsImage image({.size = 8_MiB});
  image.file("docs/a.txt", "hello").stream("Zone.Identifier", "marked");
  image.folder("docs").stream("on a folder", pattern(9000));
  image.folder("").stream("on the root", "root");
  check_all(image);
  CHECK(image.written("docs/a.txt").resident);
  CHECK(image.written("docs/a.txt", "Zone.Identifier").resident);
  CHECK_FALSE(image.written("docs", "on a folder").resident);
  CHECK(listed(Tsk(image.build()).streams(), "/docs/a.txt", "Zone.Identifier"));
}

TEST_CASE("a compressed file takes fewer clusters than its size needs, and reads as written") {
  need_tools();
  NtfsImage image;
  image.file("c.txt", text(1_MiB)).compressed().stream("ads", text(300'000)).compressed();
  image.file("random.bin", pattern(200'001)).compressed();
  check_all(image);
  const WrittenStream& written = image.written("c.txt");
  CHECK(written.compressed);
  CHECK(written.stored < written.size / 2);
  const auto attribute = Tsk(image.build()).attribute(written.record, "");
  REQUIRE(attribute);
  CHECK(attribute->compressed);
  CHECK(std::count(attribute->clusters.begin(), attribute->clusters.end(), 0) > 0);
}

TEST_CASE("a fragmented file has the requested number of runs") {
  need_tools();
  const u64 runs = GENERATE(2, 7, 64);
  NtfsImage image;
  image.file("f.bin", pattern(300'000)).fragmented(runs);
  check_all(image);
  const WrittenStream& written = image.written("f.bin");
  CHECK(written.runs == runs);
  const auto attribute = Tsk(image.build()).attribute(written.record, "");
  REQUIRE(attribute);
  CHECK(attribute->runs() == runs);
}

TEST_CASE("a deleted file keeps its content, and its record is marked as free") {
  need_tools();
  NtfsImage image;
  image.file("gone.exe", "resident").stream("ads", pattern(5000)).deleted();
  image.file("deep/er/gone.bin", pattern(50'000)).fragmented(3).deleted();
  image.file("deep/er/linked.bin", pattern(5'000)).hard_link("deep/other.bin").deleted();
  image.folder("deep/folder").stream("ads", "of a deleted folder").deleted();
  image.file("stays.bin", pattern(5'000));
  check_all(image);
  const WrittenStream& gone = image.written("deep/er/gone.bin");
  CHECK_FALSE(gone.allocated);
  CHECK_FALSE(gone.overwritten);
  CHECK_FALSE(image.written("deep/er/linked.bin").allocated);
  CHECK_FALSE(image.written("deep/folder", "ads").allocated);
  CHECK_FALSE(image.written("gone.exe", "ads").allocated);
  CHECK(image.written("stays.bin").allocated);
  const std::string shown = Tsk(image.build()).describe(gone.record);
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring("Not Allocated File"));
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring(fmt::format("Sequence: {}", gone.sequence)));
}

TEST_CASE("all names of a hard-linked file lead to one record") {
  need_tools();
  NtfsImage image;
  image.file("a.txt", "one content").hard_link("b/c.txt").hard_link("d.txt");
  image.file("old.txt", "moved").renamed("new/name.txt");
  image.file("LongFileName.text", "two names").dos_name("LONGFI~1.TEX");
  check_all(image);
  const std::vector<OracleStream> streams = Tsk(image.build()).streams();
  for (const char* path : {"/a.txt", "/b/c.txt", "/d.txt"}) {
    const auto found =
        std::find_if(streams.begin(), streams.end(), [&](const auto& s) { return s.path == path; });
    REQUIRE(found != streams.end());
    CHECK(found->record == image.written("a.txt").record);
  }
  CHECK(listed(streams, "/new/name.txt"));
  CHECK_FALSE(listed(streams, "/old.txt"));
}

TEST_CASE("a sparse file stores only its parts") {
  need_tools();
  NtfsImage image;
  image.sparse_file("s.bin", 3_MiB,
                    {{0, "start"}, {1_MiB + 5, pattern(70'000)}, {3_MiB - 3, "end"}});
  image.sparse_file("hole.bin", 1_MiB);
  image.file("host.txt", "x").sparse_stream("hole", 500'000, {{300'000, "middle"}});
  check_all(image);
  CHECK(image.written("s.bin").sparse);
  CHECK(image.written("s.bin").stored < 200'000);
  CHECK(image.written("hole.bin").stored == 0);
}

TEST_CASE("a file may be larger than its volume") {
  need_tools();
  NtfsImage image({.size = 8_MiB});
  image.sparse_file("huge.bin", u64{1} << 40, {{900'000'000'000, "far out"}});
  const WrittenStream& written = image.written("huge.bin");
  CHECK(written.size == u64{1} << 40);
  CHECK(written.stored == 4096);
  std::string middle(7, '\0');
  written.read(900'000'000'000, std::as_writable_bytes(std::span(middle)));
  CHECK(middle == "far out");
}

TEST_CASE("bytes past the initialized size read as zero although their clusters hold other bytes") {
  need_tools();
  NtfsImage image;
  image.file("i.bin", pattern(30'000)).initialized(10'001);
  check_all(image);
  const WrittenStream& written = image.written("i.bin");
  CHECK(written.bytes().substr(10'001) == std::string(19'999, '\0'));
  const auto attribute = Tsk(image.build()).attribute(written.record, "");
  REQUIRE(attribute);
  CHECK(attribute->initialized == 10'001);
  // The clusters, in one run, do hold what was written. Only the size in the record hides it.
  CHECK(written.runs == 1);
  std::string stored(30'000, '\0');
  File::open(image.build())
      .read(attribute->clusters.at(0) * 4096, std::as_writable_bytes(std::span(stored)));
  CHECK(sha256_of(stored) == sha256_of(pattern(30'000).bytes()));
}

TEST_CASE("hundreds of streams spread over many records through an attribute list") {
  need_tools();
  NtfsImage image;
  image.file("many.txt", pattern(5000)).many_streams(280);
  check_all(image);
  const std::string shown = Tsk(image.build()).describe(image.written("many.txt").record);
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring("$ATTRIBUTE_LIST"));
}

TEST_CASE("names that are invalid UTF-16, or as long as NTFS permits, can be written") {
  need_tools();
  const std::string longest(255, 'n');
  NtfsImage image;
  image.file(longest, "longest");
  image.file("lone\\ud800.txt", "lone surrogate").stream("l\\udc00w", "in the stream's name");
  image.file("日本語/😀.txt", "beyond the BMP");
  image.file("back\\u005cslash", "posix only");
  image.build();
  CHECK(image.contents().size() == 5);
  const std::vector<OracleStream> streams = Tsk(image.build()).streams();
  CHECK(listed(streams, "/" + longest));
  CHECK(listed(streams, "/日本語/😀.txt"));
  CHECK(Tsk(image.build()).read(image.written("lone\\ud800.txt").record, 2) == "lone surrogate");
}

TEST_CASE("an allocated record can exist without a name in any folder") {
  need_tools();
  NtfsImage image;
  image.file("folder/unlisted.bin", pattern(5000)).without_name();
  image.file("folder/nameless.bin", pattern(6000)).nameless();
  check_all(image);
  const Tsk tsk(image.build());
  for (const char* path : {"folder/unlisted.bin", "folder/nameless.bin"}) {
    const WrittenStream& written = image.written(path);
    CHECK(written.allocated);
    CHECK_THAT(tsk.describe(written.record),
               Catch::Matchers::ContainsSubstring("\nAllocated File"));
  }
  CHECK_FALSE(listed(tsk.streams(), "/folder/nameless.bin"));
  // fls looks for the parent of a record that no folder names, and shows `-` for the type that a
  // folder would give.
  const std::string shown = must_run({"fls", "-r", "-p", image.build().string()});
  CHECK_THAT(shown,
             Catch::Matchers::ContainsSubstring(
                 "-/r " + std::to_string(image.written("folder/unlisted.bin").record) + "-"));
}

TEST_CASE(
    "a WOF file has its bytes in a stream, a hole in the main stream, and the reparse point") {
  need_tools();
  NtfsImage image;
  image.wof_file("compact.exe", 10'000, pattern(5000));
  const WrittenStream& main = image.written("compact.exe");
  CHECK(main.wof);
  CHECK(main.sparse);
  CHECK(main.stored == 0);
  CHECK(Tsk(image.build()).attribute(main.record, "WofCompressedData").has_value());
  CHECK_THAT(Tsk(image.build()).describe(main.record),
             Catch::Matchers::ContainsSubstring("Reparse Point"));
}

TEST_CASE("times are stored in the record as given") {
  need_tools();
  NtfsImage image;
  image.file("t.txt", "x")
      .times({132'590'000'000'000'000, 132'590'000'000'000'001, 132'590'000'000'000'002,
              132'590'000'000'000'003});
  const std::string shown = Tsk(image.build()).describe(image.written("t.txt").record);
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring("2021-02-28 15:33:20.000000100 (UTC)"));
  CHECK_THAT(shown, Catch::Matchers::ContainsSubstring("2021-02-28 15:33:20.000000300 (UTC)"));
}

TEST_CASE("a volume can be filled, and later writes may take the place of deleted content") {
  need_tools();
  NtfsImage image;
  for (int i = 0; i < 30; ++i) image.file(fmt::format("old{}.bin", i), pattern(4096, i)).deleted();
  image.fill("fill.bin", 256_KiB);
  image.then();
  image.file("new.bin", pattern(120'000));
  check_all(image);
  CHECK(image.written("old0.bin").overwritten);
  CHECK(image.written("fill.bin").stored > 10_MiB);
  CHECK(image.written("new.bin").allocated);
}

TEST_CASE("clusters of 512 bytes to 64 KiB and records of 4 KiB are supported") {
  need_tools();
  const u32 cluster = GENERATE(512u, 65536u);
  NtfsImage image({.size = 32_MiB, .cluster = cluster});
  image.file("a.bin", pattern(200'000)).fragmented(2);
  check_all(image);
  NtfsImage large({.size = 32_MiB, .cluster = 4096, .mft_record = 4096});
  large.file("a.txt", text(3000));
  check_all(large);
  CHECK(large.written("a.txt").resident);
}

TEST_CASE("equal descriptions give equal images") {
  need_tools();
  NtfsImage first = random_tree(7), second = random_tree(7), third = random_tree(8);
  CHECK(sha256_of_file(first.build()) == sha256_of_file(second.build()));
  CHECK(sha256_of_file(first.build()) != sha256_of_file(third.build()));
}

TEST_CASE("The Sleuth Kit reads every stream of random trees as it was written") {
  need_tools();
  const u64 seed = GENERATE(range<u64>(1, 1 + rounds(3)));
  NtfsImage image = random_tree(seed);
  check_all(image);
}
