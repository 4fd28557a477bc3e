// SPDX-License-Identifier: Apache-2.0
// Rules by the hundred over small files of many kinds: what the prefilter keeps for each group of
// rules that are possible together is bounded by --memory.
#include "base/file.h"
#include "support/catch.h"
#include "support/odd_content.h"
#include "support/peak_memory.h"
#include "support/program.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace fs = std::filesystem;

TEST_CASE("200 small files and 900 rules stay within --memory, in mail and in zip too") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (kSanitized) SKIP("sanitizers keep what is freed");
  if (!have_tool("python3")) SKIP("no python3 to measure with");
  const std::optional<fs::path> cases = shared_content_cases();
  if (!cases) SKIP("no ../shared/cases/content");
  NtfsImage image = image_with_folders();
  u64 files = 0;
  for (const fs::directory_entry& file : fs::directory_iterator(*cases / "group-memory/in"))
    add(image, file.path().filename().string(), read_text(file.path())), ++files;
  CHECK(files == 200);
  const TempDir folder;
  const fs::path output = folder / "case";
  const MeasuredRun swept = run_measured({"sweep", image.build().string(), "-o", output.string(),
                                          "--rules", (*cases / "group-memory/r.yar").string(),
                                          "--memory", "256MiB", "-t", "2", "--progress", "none"});
  CAPTURE(swept.err);
  CHECK(swept.status == 0);
  CHECK(swept.peak_bytes < 256_MiB + 300_MiB);
  CHECK(run_program({"verify", output.string()}).status == 0);
}
