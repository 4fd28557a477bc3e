// SPDX-License-Identifier: Apache-2.0
// `coldsweep report` as users see it: what it refuses, where it writes, and its page in a real
// browser.
#include "unit/report_fixture.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/run_tool.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

ToolResult report(const std::filesystem::path& folder, std::vector<std::string> words = {}) {
  words.insert(words.begin(), {kProgram, "report", folder.string()});
  return run_tool(words);
}

} // namespace

TEST_CASE("no report is made of a case that is not sealed, or was changed after sealing") {
  const TempDir folder;
  const std::filesystem::path path = sealed_hostile_case(folder);
  CHECK(report(folder / "nowhere").status == 2);
  std::filesystem::create_directory(folder / "empty");
  CHECK(report(folder / "empty").status == 4);

  std::string manifest = content_of(path / "manifest.jsonl");
  const std::size_t at = manifest.find("plain.aspx");
  manifest.replace(at, 5, "plAin");
  overwrite(path / "manifest.jsonl", manifest);
  const ToolResult broken =
      report(path, {"--format", "csv", "-o", (folder / "report.csv").string()});
  CHECK(broken.status == 3);
  CHECK(broken.err.find("the case is not what was sealed") != std::string::npos);
  CHECK(!std::filesystem::exists(folder / "report.csv"));
}

TEST_CASE(
    "a report goes to stdout, or into a new file with the same bytes, but never over an old one") {
  const TempDir folder;
  const std::filesystem::path path = sealed_hostile_case(folder);
  const ToolResult printed = report(path, {"--format", "jsonl"});
  CHECK(printed.status == 0);
  CHECK(printed.err.empty());
  const std::string file = (folder / "report.jsonl").string();
  CHECK(report(path, {"--format", "jsonl", "-o", file}).status == 0);
  CHECK(content_of(file) == printed.out);
  CHECK(report(path, {"--format", "csv", "-o", file}).status == 2);
  CHECK(content_of(file) == printed.out);
  CHECK(report(path, {"--format", "docx"}).status == 2);
  CHECK(report(path).out.find("NOT LOOKED AT") != std::string::npos);
}

TEST_CASE("the page works in a browser, also by keyboard, and hostile names run nothing there") {
  const TempDir folder;
  const std::filesystem::path path = sealed_hostile_case(folder);
  const std::string page = (folder / "report.html").string();
  REQUIRE(report(path, {"--format", "html", "-o", page}).status == 0);
  std::vector<std::string> command{
      "python3", std::string(COLDSWEEP_SOURCE_DIR) + "/tests/browser/check_report", page,
      std::to_string(hostile_names().size() + 1)};
  if (const char* axe = std::getenv("COLDSWEEP_AXE"))
    command.emplace_back(axe); // see tests/README.md
  const ToolResult result = run_tool(command);
  if (result.status == 4) SKIP("no chromium");
  CHECK(result.out.empty());
  CHECK(result.err.empty());
  CHECK(result.status == 0);
}
