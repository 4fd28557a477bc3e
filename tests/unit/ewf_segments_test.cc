// SPDX-License-Identifier: Apache-2.0
#include "image/ewf_segments.h"

#include "base/endian.h"
#include "base/error.h"
#include "image/segment_names.h"
#include "unit/image_test_tools.h"

namespace coldsweep {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A set of five segments, `case.E01` to `case.E05`, as a tool writes it.
class Set {
public:
  Set() {
    write_file(folder_ / "disk.raw", random_bytes(4_MiB, 21));
    run_or_skip("ewfacquire", "-u -t " + quoted(folder_ / "case") + " -f encase6 -S 1MiB -c none " +
                                  quoted(folder_ / "disk.raw"));
  }
  std::filesystem::path segment(int number) const {
    return folder_ / ("case.E0" + std::to_string(number));
  }
  std::filesystem::path other(const std::string& name) const { return folder_ / name; }
  std::string refusal(std::vector<std::filesystem::path> paths = {}) const {
    if (paths.empty()) paths = {segment(1)};
    return message_of<FormatError>([&] { open_ewf_set(paths); });
  }

private:
  TestFolder folder_;
};

TEST_CASE("an EWF set is found from its first segment, and used as listed if all are listed") {
  const Set set;
  CHECK(open_ewf_set({set.segment(1)}).files.size() == 5);
  const auto named = open_ewf_set(
      {set.segment(1), set.segment(2), set.segment(3), set.segment(4), set.segment(5)});
  REQUIRE(named.files.size() == 5);
  CHECK(named.files[4].path() == set.segment(5));
}

TEST_CASE("an EWF set in lower case is found too") {
  const Set set;
  for (int i = 1; i <= 5; ++i)
    std::filesystem::rename(set.segment(i), set.other("case.e0" + std::to_string(i)));
  CHECK(open_ewf_set({set.other("case.e01")}).files.size() == 5);
}

TEST_CASE("a missing EWF segment is named") {
  const Set set;
  std::filesystem::remove(set.segment(5));
  CHECK_THAT(set.refusal(),
             ContainsSubstring("case.E04") && ContainsSubstring("segment 5 (case.E05) is missing"));
  std::filesystem::remove(set.segment(2));
  CHECK_THAT(set.refusal(), ContainsSubstring("segment 2 (case.E02) is missing"));
}

TEST_CASE("EWF segments that are out of order, in the wrong place or of another set are refused") {
  const Set set;
  CHECK_THAT(set.refusal({set.segment(2)}),
             ContainsSubstring("is segment 2") && ContainsSubstring("offset 9"));
  CHECK_THAT(
      set.refusal({set.segment(1), set.segment(3), set.segment(2), set.segment(4), set.segment(5)}),
      ContainsSubstring("is segment 3") && ContainsSubstring("segment 2"));
  CHECK_THAT(set.refusal({set.segment(1), set.segment(2)}),
             ContainsSubstring("segment 3 (case.E03) is missing"));
  // ewfacquire leaves the set's identifier zero, other tools don't. It is bytes 64 to 79 of the
  // content of `volume`, and of its copy `data` at the start of each later segment.
  const Bytes first = read_file(set.segment(1));
  const u64 volume = chars_of(first).find(std::string_view("volume\0", 7));
  patch(set.segment(1), volume + 76 + 64, bytes_of("identifier of it"));
  for (const int i : {2, 3, 4, 5})
    patch(set.segment(i), 13 + 76 + 64, bytes_of("identifier of it"));
  CHECK(set.refusal() == "no exception");
  patch(set.segment(3), 13 + 76 + 64, bytes_of("identifier of em"));
  CHECK_THAT(set.refusal(), ContainsSubstring("case.E03") && ContainsSubstring("a different set"));
}

TEST_CASE(
    "a truncated EWF segment is refused with its section, offset and size, wherever it is cut") {
  const Set set;
  const u64 size = std::filesystem::file_size(set.segment(3));
  for (const u64 kept : {size - 1, size - 77, size / 2, u64{100}, u64{13}, u64{5}}) {
    CAPTURE(kept);
    std::filesystem::resize_file(set.segment(3), kept);
    CHECK_THAT(set.refusal(), ContainsSubstring("case.E03: offset"));
  }
  std::filesystem::resize_file(set.segment(2), size / 2);
  CHECK_THAT(set.refusal(),
             ContainsSubstring("section `sectors` claims") && ContainsSubstring("truncated"));
}

u32 adler32(ByteView bytes) {
  u32 a = 1, b = 0;
  for (const std::byte byte : bytes) {
    a = (a + std::to_integer<u32>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

/// Rewrites the first section descriptor of a segment: the place of the next section, and the size
/// of this one.
void forge(const std::filesystem::path& segment, u64 next, u64 size) {
  Bytes bytes = read_file(segment);
  std::memcpy(bytes.data() + 13 + 16, &next, 8);
  std::memcpy(bytes.data() + 13 + 24, &size, 8);
  const u32 checksum = adler32(ByteView(bytes).subspan(13, 72));
  std::memcpy(bytes.data() + 13 + 72, &checksum, 4);
  write_file(segment, bytes);
}

TEST_CASE("EWF sections that point backwards, in a circle or out of the file are refused") {
  const Set set;
  forge(set.segment(1), 13, 241);
  CHECK_THAT(set.refusal(), ContainsSubstring("a later one was expected"));
  forge(set.segment(1), 0, 241);
  CHECK_THAT(set.refusal(), ContainsSubstring("a later one was expected"));
  forge(set.segment(1), ~u64{0} - 10, 241);
  CHECK_THAT(set.refusal(), ContainsSubstring("truncated"));
  forge(set.segment(1), 254, ~u64{0} - 10);
  CHECK_THAT(set.refusal(), ContainsSubstring("claims 18446744073709551605 bytes"));
  patch(set.segment(1), 20, bytes_of("x"));
  CHECK_THAT(set.refusal(), ContainsSubstring("the checksum of section descriptor"));
}

TEST_CASE("EWF segment names count to .E99 and continue with letters, in either case") {
  const auto name = [](const char* first, u32 number) {
    const auto path = ewf_segment_path(first, number);
    return path ? path->string() : std::string("none");
  };
  CHECK(name("/a/b.E01", 1) == "/a/b.E01");
  CHECK(name("/a/b.E01", 99) == "/a/b.E99");
  CHECK(name("/a/b.E01", 100) == "/a/b.EAA");
  CHECK(name("/a/b.E01", 125) == "/a/b.EAZ");
  CHECK(name("/a/b.E01", 126) == "/a/b.EBA");
  CHECK(name("/a/b.E01", 100 + 676) == "/a/b.FAA");
  CHECK(name("/a/b.e01", 100) == "/a/b.eaa");
  CHECK(name("/a/b.E01", 99 + 22 * 676) == "/a/b.ZZZ");
  CHECK(name("/a/b.E01", 100 + 22 * 676) == "none");
  CHECK(name("/a/b", 2) == "none");
}

TEST_CASE("raw segment names count past their width, or widen the way split widens them") {
  CHECK(next_suffix("009", true) == "010");
  CHECK(next_suffix("999", true) == "1000");
  CHECK(next_suffix("az", false) == "ba");
  CHECK(next_suffix("AZ", false) == "BA");
  CHECK_FALSE(next_suffix("zz", false));
  CHECK(widened_suffix("yz", false) == "zaaa");
  CHECK(widened_suffix("zyzz", false) == "zzaaaa");
  CHECK(widened_suffix("89", true) == "9000");
  CHECK_FALSE(widened_suffix("ay", false));
}

} // namespace
} // namespace coldsweep
