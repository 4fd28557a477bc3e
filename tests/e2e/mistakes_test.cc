// SPDX-License-Identifier: Apache-2.0
// Typical mistakes on the command line: each is refused before any work, with a message that says
// what to do.
#include "support/catch.h"
#include "support/program.h"
#include "support/temp_dir.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

std::string refused(const std::vector<std::string>& words) {
  const ToolResult result = run_program(words);
  CAPTURE(words, result.out);
  CHECK(result.status == 2);
  CHECK(result.out.empty());
  return result.err.substr(0, result.err.find('\n'));
}

} // namespace

TEST_CASE("a mistyped word is answered with what was probably meant") {
  CHECK(refused({"swep", "x.raw"}) == "coldsweep: swep: no such command; did you mean sweep?");
  CHECK(refused({"rpeort", "x"}) == "coldsweep: rpeort: no such command; did you mean report?");
  CHECK(refused({"frobnicate"}) == "coldsweep: frobnicate: no such command");
  CHECK(refused({"sweep", "--ruels", "a.yar", "x.raw"}) ==
        "coldsweep: --ruels: no such option; did you mean --rules?");
  CHECK(refused({"sweep", "x.raw", "-o", "y", "--Thread=3"}) ==
        "coldsweep: --Thread: no such option; did you mean --threads?");
  CHECK(refused({"export", "x", "--bagti", "y"}) ==
        "coldsweep: --bagti: no such option; did you mean --bagit?");
  CHECK(refused({"rules", "explain", "--placs", "y"}) ==
        "coldsweep: --placs: no such option; did you mean --places?");
  CHECK(refused({"sweep", "x.raw", "-o", "y", "--qqqqqqqq"}) ==
        "coldsweep: --qqqqqqqq: no such option");
  CHECK(refused({"sweep", "x.raw", "-o", "y", "--scope", "allocated,delted"}) ==
        "coldsweep: --scope delted: expected allocated, deleted, ads, archives, slack, "
        "unallocated, system, efs or all; did you mean deleted?");
  CHECK(refused({"report", "x", "--format", "bodyfiel"})
            .ends_with("timesketch, bodyfile, sarif; did you mean bodyfile?"));
}

TEST_CASE("help is a command too") {
  const ToolResult all = run_program({"help"}), sweep = run_program({"help", "sweep"});
  CHECK(all.status == 0);
  CHECK(all.out == run_program({"--help"}).out);
  CHECK(sweep.status == 0);
  CHECK(sweep.out == run_program({"sweep", "--help"}).out);
  CHECK(refused({"help", "swep"}) == "coldsweep: swep: no such command; did you mean sweep?");
}

TEST_CASE("a format may be written in upper case") {
  const TempDir folder;
  const std::string nowhere = (folder / "none").string();
  CHECK(refused({"report", nowhere, "--format", "CSV"}) ==
        "coldsweep: " + nowhere + ": no such case folder");
}

TEST_CASE("a case folder below one that doesn't exist is refused, and nothing is made") {
  const TempDir folder;
  write_text(folder / "image.raw", std::string(1'000'000, '\0'));
  const std::string image = (folder / "image.raw").string();
  for (const char* end : {"", "/"}) {
    const std::string output = (folder / "none" / "case").string() + end;
    CHECK(refused({"sweep", image, "-o", output}) ==
          "coldsweep: " + output + ": there is no folder " + (folder / "none").string());
    CHECK(!std::filesystem::exists(folder / "none"));
  }
}
