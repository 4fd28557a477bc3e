// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "content/archive.h"
#include "support/archive_forms.h"
#include "support/archive_walked.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/run_tool.h"

#include <random>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

Walked walk(const std::string& content, const ArchiveLimits& limits = {}) {
  return walk_through(content, archive_kind(bytes_of(content)), limits);
}

const Members kTwo{{"docs/page.aspx", "some content"}, {"b.bin", std::string(300'000, 'b')}};

} // namespace

TEST_CASE("archives of each format yield their files and report no problem") {
  const auto [format, filter, kind] = GENERATE(table<std::string, std::string, ArchiveKind>({
      {"zip", "none", ArchiveKind::zip},
      {"7zip", "none", ArchiveKind::seven_zip},
      {"ustar", "none", ArchiveKind::tar},
      {"pax", "none", ArchiveKind::tar},
      {"gnutar", "none", ArchiveKind::tar},
      {"iso9660", "none", ArchiveKind::iso},
  }));
  CAPTURE(format);
  const std::string content = make_archive(format, kTwo, filter);
  CHECK(archive_kind(bytes_of(content)) == kind);
  const Walked walked = walk(content);
  CHECK(walked.walk.damage.empty());
  CHECK(walked.walk.limit.empty());
  Members found = walked.members;
  std::sort(found.begin(), found.end());
  Members expected = kTwo;
  std::sort(expected.begin(), expected.end());
  CHECK(found == expected);
}

TEST_CASE("formats that libarchive can't write are read too") {
  const auto [content, kind] = GENERATE(table<std::string, ArchiveKind>({
      {make_cab(kTwo), ArchiveKind::cab},
      {make_rar4(kTwo), ArchiveKind::rar},
      {make_rar5(kTwo), ArchiveKind::rar},
  }));
  CHECK(archive_kind(bytes_of(content)) == kind);
  const Walked walked = walk(content);
  CHECK(walked.members == kTwo);
  CHECK(walked.walk.damage.empty());
  CHECK(walked.walk.limit.empty());
}

TEST_CASE("walking a gzip file that decompresses to itself ends") {
  const std::string quine = make_gzip_quine();
  CHECK(must_run({"gzip", "-dc"}, quine) == quine);
  const Walked walked = walk(quine);
  CHECK(walked.members.size() + walked.walk.damage.size() > 0);
}

TEST_CASE("content that is compressed without a container has one member") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const std::string content =
      make_archive("raw", {{"x", "inside " + std::string(5000, 'x')}}, filter);
  CHECK(archive_kind(bytes_of(content)) == ArchiveKind::compressed);
  const Walked walked = walk(content);
  REQUIRE(walked.members.size() == 1);
  CHECK(walked.members[0].first == "content");
  CHECK(walked.members[0].second == "inside " + std::string(5000, 'x'));
}

TEST_CASE("archives are recognized by content: text, programs and empty files are not archives") {
  for (const std::string& content : {std::string(), std::string("PK"), std::string(1000, 'P'),
                                     "MZ" + std::string(1000, '\0'), std::string(40'000, '\0')})
    CHECK(archive_kind(bytes_of(content)) == ArchiveKind::none);
}

TEST_CASE("member names are made harmless, and separators of archives are escaped in them") {
  const Walked walked = walk(make_archive(
      "zip", {{"a!/b", "1"}, {"..\\..\\up", "2"}, {"\xff\x01", "3"}, {"\u00fc.txt", "4"}}));
  REQUIRE(walked.members.size() == 4);
  CHECK(walked.members[0].first == "a\\u0021/b");
  CHECK(walked.members[1].first == "../../up");
  CHECK(is_utf8(walked.members[2].first));
  CHECK(walked.members[2].first.find('\x01') == std::string::npos);
  CHECK(walked.members[3].first == "\u00fc.txt");
}

TEST_CASE("encrypted members are counted but not yielded") {
  const Walked walked =
      walk(make_archive("zip", {{"a.aspx", "secret"}, {"b.aspx", "more"}}, "none", "infected"));
  CHECK(walked.members.empty());
  CHECK(walked.walk.encrypted == 2);
  CHECK(walked.walk.first_encrypted == "a.aspx");
}

TEST_CASE(
    "limits on members, their size, all bytes, ratio and time are kept, and say what was skipped") {
  const std::string content = make_archive("zip", kTwo);
  ArchiveLimits limits;
  SECTION("members") {
    limits.members = 1;
    const Walked walked = walk(content, limits);
    CHECK(walked.members.size() == 1);
    CHECK(walked.walk.limit == "more than 1 members");
  }
  SECTION("the size of a member") {
    limits.member_bytes = 1000;
    const Walked walked = walk(content, limits);
    CHECK(walked.members == Members{kTwo[0]});
    CHECK(walked.walk.too_large == 1);
    CHECK(walked.walk.first_too_large == "b.bin");
    CHECK(walked.walk.limit.empty());
  }
  SECTION("all bytes") {
    limits.total_bytes = 200'000;
    const Walked walked = walk(content, limits);
    CHECK(walked.members == Members{kTwo[0]});
    CHECK(!walked.walk.limit.empty());
  }
  SECTION("the ratio") {
    limits.ratio = 10;
    limits.ratio_from = 0;
    const Walked walked = walk(content, limits);
    CHECK(walked.members == Members{kTwo[0]});
    CHECK(!walked.walk.limit.empty());
  }
  SECTION("time") {
    Deadline deadline(std::chrono::seconds(0));
    ArchiveBudget budget(limits, content.size(), deadline);
    const ArchiveWalk over = walk_archive(bytes_of(content), ArchiveKind::zip, budget,
                                          [](const ArchiveMember&) { FAIL("out of time"); });
    CHECK(over.timed_out);
  }
}

TEST_CASE("a walk obeys the deadline and the request to stop") {
  const std::string whole = make_archive("zip", {{"x", std::string(1_MiB, 'x')}});
  const std::string file = whole.substr(0, whole.find("PK\1\2"));
  std::string content;
  for (int i = 0; i < 50; ++i) content += file;
  REQUIRE(archive_kind(bytes_of(content)) == ArchiveKind::zip);
  u64 members = 0;
  const auto walk_until = [&](Deadline deadline) {
    ArchiveBudget budget({}, content.size(), deadline);
    return walk_archive(bytes_of(content), ArchiveKind::zip, budget,
                        [&](const ArchiveMember&) { ++members; });
  };
  CHECK(walk_until(Deadline()).limit.empty());
  CHECK(members == 50);
  const ArchiveWalk over = walk_until(Deadline(std::chrono::seconds(0)));
  CHECK(over.timed_out);
  CHECK(members == 50);
  StopFlag stop;
  CHECK(!walk_until(Deadline::none(&stop)).timed_out);
  stop.set();
  CHECK_THROWS_AS(walk_until(Deadline::none(&stop)), Stopped);
}

TEST_CASE("walking a zip of a million members ends at the limit") {
  const u64 members = rounds(1'000'000); // libarchive reads the whole directory
  const Walked walked = walk(make_zip_of_empty_members(members), {.members = 5000});
  CHECK(walked.walk.limit == "more than 5000 members");
  CHECK(walked.members.size() == 5000); // they are empty files
}

TEST_CASE("a 7z that claims a dictionary of gigabytes does not cost that much memory") {
  std::string content = make_archive("7zip", {{"a.txt", std::string(100'000, 'a')}});
  // The LZMA properties in the header: 5 bytes after the codec id 03 01 01.
  const std::size_t at = content.rfind(std::string("\x03\x01\x01\x05", 4));
  REQUIRE(at != std::string::npos);
  content.replace(at + 5, 4, "\xFF\xFF\xFF\xFF");
  const Walked walked = walk(content);
  CHECK((walked.members.size() <= 1));
  CHECK((!walked.walk.damage.empty() || walked.members.size() == 1));
}

TEST_CASE("a zip with false sizes yields what is there and is reported as damaged") {
  std::string content = make_archive("zip", {{"a.txt", std::string(100'000, 'a') + "end"}});
  const u64 size = 100'003;
  std::string true_size;
  for (int i = 0; i < 4; ++i) true_size.push_back(static_cast<char>(size >> (8 * i) & 255));
  for (std::size_t at = 0; (at = content.find(true_size, at)) != std::string::npos; ++at)
    content.replace(at, 4, std::string("\x10\0\0\0", 4));
  const Walked walked = walk(content);
  CHECK(!walked.walk.damage.empty());
  for (const auto& [name, bytes] : walked.members) CHECK(bytes.size() <= size);
}

TEST_CASE("truncated or corrupted archives yield members, damage or both, and never crash") {
  const unsigned seed = GENERATE(take(40, random(0U, 1U << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const char* format : {"zip", "7zip", "pax", "iso9660"}) {
    std::string content = make_archive(format, kTwo);
    if (random() % 2 == 0) content.resize(18 + random() % (content.size() - 18));
    for (u64 left = random() % 30; left > 0; --left)
      content[random() % content.size()] = static_cast<char>(random());
    ArchiveLimits limits;
    limits.total_bytes = 8_MiB;
    const Walked walked = walk(content, limits);
    u64 bytes = 0;
    for (const auto& [name, member] : walked.members) bytes += member.size();
    CHECK(bytes <= 8_MiB);
  }
}
