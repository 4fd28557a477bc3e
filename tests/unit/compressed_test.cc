// SPDX-License-Identifier: Apache-2.0
// Compressed files that were cut or damaged: what the format's own tool gives is handed out.
#include "support/archive_walked.h"
#include "support/catch.h"
#include "support/run_tool.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

std::string long_text() {
  std::string text;
  for (u64 i = 1; text.size() < 2'000'000; ++i) text += std::to_string(i * i * 2654435761U) + "\n";
  return text;
}

Walked walk(const std::string& content) {
  return walk_through(content, archive_kind(bytes_of(content)));
}

std::string content_of(const Walked& walked) {
  return walked.members.empty() ? std::string() : walked.members[0].second;
}

/// What the tool writes before it fails.
std::string by_tool(const std::string& filter, const std::string& content) {
  const std::string tool = filter == "gzip"   ? "zcat"
                           : filter == "xz"   ? "xzcat"
                           : filter == "zstd" ? "zstdcat"
                                              : "bzcat";
  return have_tool(tool) ? run_tool({tool}, content).out : std::string();
}

} // namespace

TEST_CASE("a compressed file that was cut gives all that its own tool gives, and an entry") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const std::string text = long_text();
  const std::string whole = make_archive("raw", {{"x", text}}, filter);
  CHECK(content_of(walk(whole)) == text);
  CHECK(walk(whole).walk.damage.empty());
  u64 most = 0;
  for (u64 tenth = 1; tenth < 10; ++tenth) {
    const std::string cut = whole.substr(0, whole.size() * tenth / 10);
    const Walked walked = walk(cut);
    REQUIRE(walked.walk.damage.size() == 1);
    CHECK(walked.walk.damage[0].find("is cut") != std::string::npos);
    CHECK(text.starts_with(content_of(walked)));
    CHECK(content_of(walked).starts_with(by_tool(filter, cut)));
    most = std::max<u64>(most, content_of(walked).size());
  }
  CHECK(most > text.size() / 2);
}

TEST_CASE("a compressed file with a flipped bit gives all that its own tool gives, and an entry") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const std::string text = long_text();
  const std::string whole = make_archive("raw", {{"x", text}}, filter);
  for (u64 tenth = 1; tenth < 10; ++tenth) {
    std::string damaged = whole;
    damaged[whole.size() * tenth / 10] ^= 0x10;
    const Walked walked = walk(damaged);
    // A zstd file need not have a checksum.
    CHECK((walked.walk.damage.size() == 1 ||
           (filter == "zstd" && content_of(walked).size() == text.size())));
    CHECK(content_of(walked).starts_with(by_tool(filter, damaged)));
  }
}

TEST_CASE("wrong checksums of gzip files are entries, and the streams behind them are read") {
  std::string first = make_archive("raw", {{"x", "first "}}, "gzip");
  first[first.size() - 8] ^= 1;
  const Walked walked = walk(first + make_archive("raw", {{"x", "second"}}, "gzip"));
  CHECK(content_of(walked) == "first second");
  REQUIRE(walked.walk.damage.size() == 1);
  CHECK(walked.walk.damage[0].find("wrong CRC-32") != std::string::npos);
}

TEST_CASE("several streams of a format are one content") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const std::string all = make_archive("raw", {{"x", "first "}}, filter) +
                          make_archive("raw", {{"x", "second"}}, filter);
  const Walked walked = walk(all);
  CHECK(content_of(walked) == "first second");
  CHECK(walked.walk.damage.empty());
  CHECK(walked.walk.end == all.size());
}
