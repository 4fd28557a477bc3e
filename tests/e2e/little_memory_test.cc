// SPDX-License-Identifier: Apache-2.0
// Archives hold large members for little: memory for them is bounded for all threads together, and
// where there is none, the member is an issue and the case is sealed.
#include "base/file.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/run_tool.h"
#include "support/this_build.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

const std::string kMarker = "coldsweep-marker-5507";
constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-5507\" condition: $m }";

std::string member(u64 size, char fill) { return kMarker + std::string(size, fill); }

} // namespace

TEST_CASE("threads take turns with large members, and find the same") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 3; ++i) {
    const std::string inner =
        make_archive("zip", {{"large", member(6_MiB, 'i')}, {"small", kMarker}});
    image.file(fmt::format("{}.zip", i),
               make_archive("zip", {{"a", member(6_MiB, static_cast<char>('a' + i))},
                                    {"inner.zip", inner},
                                    {"b", member(7_MiB, 'b')},
                                    {"too large", std::string(9_MiB, 't')}}));
  }
  const fs::path path = image.build();
  SweepOptions options;
  options.memory = 32_MiB;
  options.timeout_seconds = 0;
  const Swept alone = run_sweep(path, kMarkerRule, options);
  require_balanced(alone);
  CHECK(alone.findings.size() == 3 * 4);
  CHECK(alone.issues.size() == 3);
  CHECK(alone.has_issue("1 members are larger than", "over_limit"));
  options.threads = 4;
  CHECK(run_sweep(path, kMarkerRule, options).manifest == alone.manifest);
}

TEST_CASE("a member for which there is no memory is an issue, and the case is sealed") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (kSanitized) SKIP("sanitizers need all of the address space");
  NtfsImage image({.size = 16_MiB});
  image.file("plain.txt", kMarker);
  image.file("large.zip",
             make_archive("zip", {{"first.txt", kMarker},
                                  {"large", pattern(4_MiB).bytes() + std::string(236_MiB, 'x')}}));
  const fs::path path = image.build();
  TempDir folder;
  const fs::path rules = folder / "rules.yar";
  File::create(rules).append(bytes_of(std::string_view(kMarkerRule)));
  std::set<int> statuses;
  for (const u64 kilobytes : {150'000, 300'000, 450'000, 600'000, 900'000, 4'000'000}) {
    CAPTURE(kilobytes);
    const fs::path output = folder / fmt::format("case{}", kilobytes);
    const ToolResult swept = run_tool(
        {"sh", "-c",
         fmt::format("ulimit -v {}; exec '{}' sweep '{}' -o '{}' -r '{}' -t 2 --progress none",
                     kilobytes, kProgram, path.string(), output.string(), rules.string())});
    CAPTURE(swept.err);
    statuses.insert(swept.status);
    // 4: not even the plan fits; 127: not even the program.
    REQUIRE((swept.status == 0 || swept.status == 3 || swept.status == 4 || swept.status == 127));
    if (swept.status == 4 || swept.status == 127) continue;
    CHECK(run_tool({kProgram, "verify", output.string()}).status == 0);
    const std::string manifest = read_text(output / "manifest.jsonl");
    CHECK(manifest.find("/plain.txt") != std::string::npos);
    if (swept.status == 3) CHECK(manifest.find("\"kind\":\"over_limit\"") != std::string::npos);
  }
  CHECK(statuses.contains(3));
  CHECK(statuses.contains(0));
}
