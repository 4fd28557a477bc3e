// SPDX-License-Identifier: Apache-2.0
// What a user types and what comes back: exit status, stdout, stderr.
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"

#include <csignal>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

constexpr const char* kMarkerRule =
    "rule marker { strings: $m = \"coldsweep-marker-1138\" condition: $m at 0 }"; // not in $MFT

/// An image with one match, and the rule for it.
struct Scene {
  NtfsImage image{{.size = 16_MiB}};
  TempDir folder;

  Scene() {
    image.file("a.txt", "coldsweep-marker-1138");
    image.file("b.txt", "nothing here");
    image.build();
    write_text(rules(), kMarkerRule);
  }
  std::filesystem::path rules() const { return folder / "rule.yar"; }
  std::filesystem::path case_folder() const { return folder / "case"; }
  ToolResult sweep(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"sweep", "-r", rules().string(), image.build().string(), "-o",
                               case_folder().string()});
    return run_program(more);
  }
};

} // namespace

TEST_CASE("a case whose page can't be written is sealed all the same, and says so") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  // In blocks of 512 bytes: enough for the journal, and less than the page takes.
  const ToolResult swept = run_tool(
      {"sh", "-c", "trap '' XFSZ; ulimit -f 115; exec \"$@\"", "sh", kProgram, "sweep", "-r",
       scene.rules().string(), scene.image.build().string(), "-o", scene.case_folder().string()});
  CHECK(swept.status == 0);
  CHECK_THAT(swept.out, ContainsSubstring("Sealed:"));
  CHECK_THAT(swept.out, ContainsSubstring("Report: not written"));
  CHECK(!std::filesystem::exists(scene.case_folder() / "report.html"));
  CHECK(run_program({"verify", scene.case_folder().string()}).status == 0);
}

TEST_CASE("a complete sweep exits 0, or 1 under --fail-on-match when there is a finding") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const ToolResult plain = scene.sweep();
  CHECK(plain.status == 0);
  CHECK_THAT(plain.out, ContainsSubstring(scene.case_folder().string()));
  CHECK_THAT(plain.out, ContainsSubstring("1  marker"));
  CHECK_THAT(plain.out, ContainsSubstring("Not looked at: 0 bytes"));

  std::filesystem::remove_all(scene.case_folder());
  CHECK(scene.sweep({"--fail-on-match"}).status == 1);
  std::filesystem::remove_all(scene.case_folder());
  write_text(scene.rules(), "rule never { condition: false }");
  CHECK(scene.sweep({"--fail-on-match"}).status == 0);
}

TEST_CASE("wrong usage exits 2, says what is wrong on stderr, and writes nothing") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const std::string image = scene.image.build().string(), folder = scene.case_folder().string();
  const auto refused = [&](const std::vector<std::string>& words, const char* why) {
    const ToolResult result = run_program(words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, ContainsSubstring(why));
    CHECK(!std::filesystem::exists(folder));
  };
  refused({}, "subcommand");
  refused({"frobnicate"}, "frobnicate");
  refused({"sweep", image}, "--output");
  refused({"sweep", image, "-o", folder, "--frob"}, "--frob");
  refused({"sweep", image, "-o", folder, "--scope", "everything"}, "everything");
  refused({"sweep", image, "-o", folder, "--memory", "lots"}, "lots");
  refused({"sweep", image, "-o", folder, "--volume", "p9"}, "p9");
  refused({"sweep", image, "-o", folder, "-r", folder + ".yar"}, "case.yar");
  write_text(scene.rules(), "rule one { condition: true }\nrule two { condition: undefined_one }");
  refused({"sweep", image, "-o", folder, "-r", scene.rules().string()}, "rule.yar(2)");
}

TEST_CASE("what --case-info says is in the manifest, on the page and in the summary") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const std::filesystem::path file = scene.folder / "info.toml";
  write_text(file, "case_number = \"2021-17\"\nexaminer = \"A <b>Person</b>\"\nnotes = \"\"\n");
  const ToolResult result = scene.sweep({"--case-info", file.string()});
  CHECK(result.status == 0);
  CHECK_THAT(read_text(scene.case_folder() / "manifest.jsonl"),
             ContainsSubstring("\"info\":{\"case_number\":\"2021-17\",\"exhibit\":null,"
                               "\"examiner\":\"A <b>Person</b>\",\"agency\":null,\"notes\":null}"));
  CHECK_THAT(read_text(scene.case_folder() / "report.html"),
             ContainsSubstring("<dd>A &lt;b&gt;Person&lt;/b&gt;</dd>"));
  CHECK_THAT(result.out, ContainsSubstring("case_number 2021-17"));
  CHECK_THAT(run_program({"report", scene.case_folder().string()}).out,
             ContainsSubstring("case_number 2021-17"));
}

TEST_CASE("a case info file that says something a case can't have is refused with file and line") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const std::filesystem::path file = scene.folder / "info.toml";
  const auto refused = [&](const std::string& content, const std::string& why) {
    write_text(file, content);
    const ToolResult result = scene.sweep({"--case-info", file.string()});
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, ContainsSubstring(file.string() + ": " + why));
    CHECK(!std::filesystem::exists(scene.case_folder()));
  };
  refused("exhibit = \"3\"\nexhibitor = \"x\"\n", "line 2: exhibitor");
  refused("\ncase_number = 17\n", "line 2: case_number");
  refused("[examiner]\nname = \"x\"\n", "line 1: examiner");
  refused("exhibit = \"3\"\nexhibit = \"4\"\n", "line 2");
  refused("notes = \"\xff\"\n", "line 1");
  refused("notes = \"" + std::string(70'000, 'n') + "\"\n", "70011 bytes");
  std::filesystem::remove(file);
  CHECK(scene.sweep({"--case-info", file.string()}).status == 2);
  CHECK(scene.sweep({"--case-info", scene.folder.path().string()}).status == 2);
}

TEST_CASE("a case folder that is not empty is not written into") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  std::filesystem::create_directory(scene.case_folder());
  write_text(scene.case_folder() / "notes.txt", "mine");
  const ToolResult result = scene.sweep();
  CHECK(result.status == 2);
  CHECK_THAT(result.err, ContainsSubstring("not empty"));
  CHECK(std::distance(std::filesystem::directory_iterator(scene.case_folder()), {}) == 1);
}

TEST_CASE("rule files that don't compile are skipped under --skip-broken-rules, and named") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  write_text(scene.folder / "broken.yar", "rule broken {\n condition: nowhere }");
  const ToolResult result =
      scene.sweep({"-r", (scene.folder / "broken.yar").string(), "--skip-broken-rules"});
  CHECK(result.status == 0);
  CHECK_THAT(result.err, ContainsSubstring("broken.yar(2)"));
  CHECK_THAT(result.out, ContainsSubstring("1  marker"));
  CHECK_THAT(read_text(scene.case_folder() / "manifest.jsonl"),
             ContainsSubstring("\"rejected\":[{\"path\":\"broken.yar\",\"line\":2"));
}

TEST_CASE("options can be given in a file, and the command line wins") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  write_text(scene.folder / "sweep.toml",
             "fail-on-match = true\nno-export = true\nscope = [\"allocated\"]\n");
  const std::string config = (scene.folder / "sweep.toml").string();
  CHECK(scene.sweep({"--config", config}).status == 1);
  CHECK(!std::filesystem::exists(scene.case_folder() / "evidence"));
  CHECK_THAT(read_text(scene.case_folder() / "manifest.jsonl"),
             ContainsSubstring("\"scope\":[\"allocated\"]"));
  std::filesystem::remove_all(scene.case_folder());
  CHECK(scene.sweep({"--config", config, "--scope", "allocated,ads"}).status == 1);
  CHECK_THAT(read_text(scene.case_folder() / "manifest.jsonl"),
             ContainsSubstring("\"scope\":[\"allocated\",\"ads\"]"));
  write_text(scene.folder / "sweep.toml", "colour = \"blue\"\n");
  std::filesystem::remove_all(scene.case_folder());
  const ToolResult unknown = scene.sweep({"--config", config});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("colour"));
}

TEST_CASE("verify distinguishes an intact case, a changed one, an unsealed one, and no case") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  REQUIRE(scene.sweep().status == 0);
  const std::string folder = scene.case_folder().string();
  const ToolResult holds = run_program({"verify", folder});
  CHECK(holds.status == 0);
  CHECK_THAT(holds.out, ContainsSubstring("The case is intact"));
  const ToolResult as_json = run_program({"verify", folder, "--json"});
  CHECK(json::parse(as_json.out).at("holds") == true);

  const std::filesystem::path manifest = scene.case_folder() / "manifest.jsonl";
  std::string lines = read_text(manifest);
  lines[lines.find("a.txt")] = 'z';
  write_text(manifest, lines);
  const ToolResult differs = run_program({"verify", folder});
  CHECK(differs.status == 3);
  CHECK_THAT(differs.out, ContainsSubstring("DIFFERS: manifest.jsonl"));

  std::filesystem::remove(manifest);
  const ToolResult unsealed = run_program({"verify", folder});
  CHECK(unsealed.status == 4);
  CHECK_THAT(unsealed.err, ContainsSubstring("not sealed"));
  CHECK(run_program({"verify", folder + "-absent"}).status == 2);
}

TEST_CASE("info shows container, table and volumes, for people and as JSON") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const std::string image = scene.image.build().string();
  const ToolResult shown = run_program({"info", image});
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, ContainsSubstring("raw") && ContainsSubstring("ntfs"));
  const json parsed = json::parse(run_program({"info", image, "--json"}).out);
  CHECK(parsed.at("volumes").at(0).at("filesystem") == "ntfs");
}

TEST_CASE("rules are checked and listed without an image") {
  TempDir folder;
  write_text(folder / "good.yar", "rule good : web { condition: true }");
  const ToolResult good = run_program({"rules", "check", "-r", folder.path().string()});
  CHECK(good.status == 0);
  const ToolResult listed = run_program({"rules", "list", "-r", folder.path().string()});
  CHECK(listed.status == 0);
  CHECK_THAT(listed.out, ContainsSubstring("good.yar") && ContainsSubstring("web"));
  write_text(folder / "bad.yar", "rule bad { strings: $a = \"x\" condition: $b }");
  const ToolResult bad = run_program({"rules", "check", "-r", folder.path().string()});
  CHECK(bad.status == 2);
  CHECK_THAT(bad.out + bad.err, ContainsSubstring("bad.yar(1)") && ContainsSubstring("$b"));
  CHECK(run_program({"rules", "check"}).status == 0);
}

TEST_CASE("help names every command and every option of sweep, and progress goes to stderr") {
  const ToolResult help = run_program({"--help"});
  CHECK(help.status == 0);
  for (const char* command : {"sweep", "info", "verify", "rules"})
    CHECK_THAT(help.out, ContainsSubstring(command));
  for (const char* command : {"sweep", "info", "verify"})
    CHECK(run_program({command, "--help"}).status == 0);
  CHECK_THAT(run_program({"--version"}).out, ContainsSubstring("coldsweep "));

  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const ToolResult silent = scene.sweep({"--progress", "none"});
  CHECK(silent.status == 0);
  CHECK(silent.err.empty());
  std::filesystem::remove_all(scene.case_folder());
  const ToolResult plain = scene.sweep({"--progress", "plain"});
  CHECK(plain.status == 0);
  CHECK(!plain.err.empty());
  CHECK(plain.out.find('\r') == std::string::npos);
  std::filesystem::remove_all(scene.case_folder());
  const ToolResult lines = scene.sweep({"--progress", "json", "--image-hash", "sha256"});
  REQUIRE(!lines.err.empty());
  CHECK(json::parse(lines.err.substr(0, lines.err.find('\n'))).is_object());
  const std::string before_last = lines.err.substr(0, lines.err.size() - 1);
  const json last = json::parse(before_last.substr(before_last.rfind('\n') + 1));
  CHECK(last.at("streams_done") == last.at("streams_planned"));
  CHECK(last.at("media_planned").get<u64>() == std::filesystem::file_size(scene.image.build()));
  CHECK(last.at("media_done") == last.at("media_planned"));
  const json run = json::parse(read_text(scene.case_folder() / "run.json"));
  CHECK_THAT(run.at("command_line").get<std::string>(), ContainsSubstring(" --image-hash sha256"));
}

TEST_CASE("a signal leaves a consistent but unsealed case, and exits 130 or 143") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const int signal = GENERATE(SIGINT, SIGTERM);
  NtfsImage image({.size = 16_MiB});
  for (int i = 0; i < 400; ++i) image.file(std::to_string(i) + ".txt", "SLOW" + std::to_string(i));
  TempDir folder;
  // About a tenth of a second per file: the signal comes long before the end.
  write_text(folder / "slow.yar", R"(rule slow { condition:
    uint32(0) == 0x574f4c53 and not for any i in (1..2000000) : (uint8(i & 3) == 0) })");
  const std::string case_folder = (folder / "case").string();
  std::vector<std::string> words{kProgram,
                                 "sweep",
                                 image.build().string(),
                                 "-o",
                                 case_folder,
                                 "-r",
                                 (folder / "slow.yar").string(),
                                 "-t",
                                 "2",
                                 "--progress",
                                 "none"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, kProgram, nullptr, nullptr, arguments.data(), environ) == 0);
  while (!std::filesystem::exists(folder / "case/case.db"))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ::kill(child, signal);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + signal);
  CHECK(!std::filesystem::exists(folder / "case/manifest.jsonl"));
  CHECK(run_program({"verify", case_folder}).status == 4);
  const Journal journal = Journal::open(folder / "case");
  u64 outcomes = 0;
  journal.for_each_outcome([&](const Outcome&) { ++outcomes; });
  CHECK(outcomes < 100);
  CHECK(!journal.header().case_line.empty());
  // On a loaded machine the time to stop by itself may be over before that.
  if (std::filesystem::exists(folder / "case/run.json"))
    CHECK(json::parse(read_text(folder / "case/run.json")).at("interrupted") == true);
}
