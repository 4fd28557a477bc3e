// SPDX-License-Identifier: Apache-2.0
// Stop means stop: the first signal ends every command within a second, whatever it is doing. (The
// limit here is five times that, for loaded machines. tests/bench/RESULTS.md has measured times.)
#include "manifest/record.h"
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "support/started_program.h"

#include <cstdlib>
#include <functional>

#include <fcntl.h>
#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;
using Milliseconds = std::chrono::milliseconds;

namespace {

constexpr Milliseconds kLimit{5000};
constexpr Milliseconds kPatience{60'000}; // until a phase has begun

/// Sends the signal once `phase` has begun. Returns the exit status; fails if the program ends
/// before the signal, or takes too long after it.
int stopped(StartedProgram& program, int signal, const std::function<bool()>& phase,
            const char* what) {
  INFO(what);
  const auto begun = StartedProgram::Clock::now();
  while (!phase()) {
    INFO(program.err());
    REQUIRE(program.runs());
    REQUIRE(StartedProgram::Clock::now() - begun < kPatience);
    std::this_thread::sleep_for(Milliseconds(5));
  }
  const auto sent = StartedProgram::Clock::now();
  program.send(signal);
  const std::optional<int> status = program.end_within(kLimit);
  REQUIRE(status);
  if (std::getenv("COLDSWEEP_STOP_TIMES") != nullptr) // the table in RESULTS.md
    fmt::print(
        "| {} | {} ms | {} |\n", what,
        std::chrono::duration_cast<Milliseconds>(StartedProgram::Clock::now() - sent).count(),
        *status);
  return *status;
}

/// For phases that nothing outside shows: the program has run for a while.
std::function<bool()> after(Milliseconds time) {
  return
      [end = StartedProgram::Clock::now() + time] { return StartedProgram::Clock::now() >= end; };
}

/// A while after the file is there.
std::function<bool()> after(const std::filesystem::path& file, Milliseconds time) {
  return [=, later = std::function<bool()>()]() mutable {
    if (!later && std::filesystem::exists(file)) later = after(time);
    return later && later();
  };
}

/// Takes no space, and seconds to read.
std::filesystem::path write_holes(const std::filesystem::path& path, u64 size) {
  File::create(path).resize(size);
  return path;
}

std::vector<std::string> words(const std::string& command,
                               const std::vector<std::filesystem::path>& rest) {
  std::vector<std::string> all{kProgram};
  std::string word;
  for (const char c : command + " ")
    if (c != ' ')
      word += c;
    else if (!word.empty())
      all.push_back(std::exchange(word, {}));
  for (const std::filesystem::path& path : rest) all.push_back(path.string());
  return all;
}

/// Rules that take seconds to compile.
std::filesystem::path write_many_rules(const std::filesystem::path& path) {
  std::string text;
  for (int i = 0; i < 60'000; ++i)
    text += fmt::format("rule r{0} {{ strings: $a = \"some text {0}\" $b = /x{0}[a-f]{{3,9}}y{0}/ "
                        "condition: any of them }}\n",
                        i);
  return write_text(path, text);
}

/// One call of libyara that does not return for minutes, in a file that begins with SLOW.
constexpr const char* kSlowRule = R"(rule slow { condition: uint32(0) == 0x574f4c53 and
  for all i in (0..1000000000) : (uint8(i & 3) != 0) })";

struct Scene {
  TempDir folder;
  NtfsImage image{{.size = 16_MiB}};
  std::filesystem::path path, rules = folder / "slow.yar", case_folder = folder / "case";

  Scene() {
    for (int i = 0; i < 400; ++i) image.file(fmt::format("{}.txt", i), fmt::format("quick {}", i));
    image.file("slow.txt", "SLOW");
    path = image.build();
    write_text(rules, kSlowRule);
  }
  std::vector<std::string> sweep(const std::string& options = {}, int threads = 2) const {
    return words(fmt::format("sweep --progress none -t {} -r {} {} -o {}", threads, rules.string(),
                             options, case_folder.string()),
                 {path});
  }
  u64 kept() const {
    u64 outcomes = 0;
    Journal::open(case_folder).for_each_outcome([&](const Outcome&) { ++outcomes; });
    return outcomes;
  }
};

/// A sealed case whose manifest is long, as if it had `findings` findings.
void lengthen(const std::filesystem::path& case_folder, u64 findings) {
  const std::string before = read_text(case_folder / "manifest.jsonl");
  std::string text;
  SealRecord seal;
  std::size_t at = 0;
  while (at < before.size()) {
    const std::size_t end = before.find('\n', at) + 1;
    const std::string line = before.substr(at, end - at);
    at = end;
    if (line.starts_with("{\"type\":\"seal\"")) break;
    const bool finding = line.starts_with("{\"type\":\"finding\"");
    const u64 copies = finding && seal.findings == 0 ? findings : 1;
    for (u64 i = 0; i < copies; ++i) text += line;
    seal.records += copies;
    if (finding) seal.findings += copies;
    if (line.starts_with("{\"type\":\"issue\"")) ++seal.issues;
  }
  seal.sha256 = sha256_of(text);
  write_text(case_folder / "manifest.jsonl", text + manifest_line(seal) + "\n");
  std::filesystem::remove(case_folder / "files.sha256");
}

} // namespace

TEST_CASE("a signal while rules or hash sets are read ends every command that reads them") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  Scene scene;
  const std::filesystem::path many = write_many_rules(scene.folder / "many.yar");
  for (const char* command : {"rules check", "rules list", "rules explain"}) {
    StartedProgram program(words(std::string(command) + " -r", {many}));
    CHECK(stopped(program, signal, after(Milliseconds(300)), command) == 128 + signal);
  }
  {
    StartedProgram program(
        words("sweep --progress none -r " + many.string() + " -o " + scene.case_folder.string(),
              {scene.path}));
    CHECK(stopped(program, signal, after(Milliseconds(300)), "sweep: rules") == 128 + signal);
  }
  const std::filesystem::path list = write_holes(scene.folder / "bad.txt", 64_GiB);
  StartedProgram program(scene.sweep("--known-bad " + list.string()));
  CHECK(stopped(program, signal, after(Milliseconds(2000)), "sweep: hash set") == 128 + signal);
  CHECK_THAT(program.err(), ContainsSubstring("stopped; nothing was written"));
  CHECK(!std::filesystem::exists(scene.case_folder));
}

TEST_CASE("a signal while a library call does not return keeps what is done, and exits in time") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  Scene scene;
  StartedProgram program(scene.sweep("--timeout 3000"));
  // By then the slow file is all that is left, and the others are in the journal.
  const auto quiet = after(scene.case_folder / "case.db", Milliseconds(kSanitized ? 15000 : 4000));
  CHECK(stopped(program, signal, quiet, "sweep: a call of libyara") == 128 + signal);
  CHECK_THAT(program.err(), ContainsSubstring("stopped; ") &&
                                ContainsSubstring(scene.case_folder.string()) &&
                                ContainsSubstring("not sealed"));
  CHECK(!std::filesystem::exists(scene.case_folder / "manifest.jsonl"));
  CHECK(scene.kept() >= 200); // all but those of the same batch, which is 128 streams at most
  CHECK(!Journal::open(scene.case_folder).header().case_line.empty());
}

TEST_CASE("a signal while the media is hashed keeps what is done, and says so") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const int threads = GENERATE(0, 2);
  Scene scene;
  write_text(scene.rules, "rule never { condition: false }");
  const std::filesystem::path media = scene.folder / "large.raw";
  std::filesystem::copy_file(scene.path, media);
  std::filesystem::resize_file(media, 64_GiB);
  scene.path = media;
  StartedProgram program(scene.sweep("--image-hash sha256", threads));
  const auto phase = after(scene.case_folder / "case.db", Milliseconds(kSanitized ? 15000 : 4000));
  CHECK(stopped(program, SIGTERM, phase, "sweep: hash of the media") == 143);
  CHECK_THAT(program.err(), ContainsSubstring("streams are done"));
  CHECK(read_text(scene.case_folder / "run.json").find("\"interrupted\": true") !=
        std::string::npos);
  CHECK(scene.kept() > 400);
  CHECK(run_program({"verify", scene.case_folder.string()}).status == 4);
}

TEST_CASE("a signal that was ignored when the sweep began stays ignored, as under nohup") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  std::vector<std::string> command{"sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"};
  for (const std::string& word : scene.sweep("--timeout 3000")) command.push_back(word);
  StartedProgram program(command);
  while (!std::filesystem::exists(scene.case_folder / "case.db")) REQUIRE(program.runs());
  program.send(SIGHUP);
  program.send(SIGINT);
  CHECK(!program.end_within(Milliseconds(1500)));
  CHECK(stopped(program, SIGTERM, after(Milliseconds(0)), "sweep: nohup") == 143);
}

TEST_CASE("a second signal ends a sweep at once") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  StartedProgram program(scene.sweep("--timeout 3000"));
  while (!std::filesystem::exists(scene.case_folder / "case.db")) REQUIRE(program.runs());
  std::this_thread::sleep_for(Milliseconds(500));
  program.send(SIGINT);
  CHECK(stopped(program, SIGINT, after(Milliseconds(10)), "sweep: twice") == 130);
}

TEST_CASE("a signal ends verify, report, export and timestamp in a long manifest") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const int signal = GENERATE(SIGINT, SIGHUP);
  Scene scene;
  write_text(scene.rules, kEveryStream);
  REQUIRE(sweep_program(scene.path, scene.case_folder, {"-r", scene.rules.string()}).status == 0);
  lengthen(scene.case_folder, 100'000);
  const std::filesystem::path page = scene.folder / "page.html";
  for (const std::string& command :
       {std::string("verify"), std::string("report"), std::string("report --format stix"),
        "report --format html -o " + page.string(), "export --zip " + (scene.folder / "z").string(),
        "timestamp --request " + (scene.folder / "request").string()}) {
    StartedProgram program(words(command, {scene.case_folder}));
    CHECK(stopped(program, signal, after(Milliseconds(200)), command.substr(0, 20).c_str()) ==
          128 + signal);
  }
  CHECK(!std::filesystem::exists(page)); // no half of a page under that name
}

TEST_CASE("a signal ends verify --image within a large content") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  write_text(scene.rules, kEveryStream);
  const std::filesystem::path media = scene.folder / "large.raw";
  std::filesystem::copy_file(scene.path, media);
  std::filesystem::resize_file(media, 64_GiB);
  REQUIRE(sweep_program(media, scene.case_folder, {"-r", scene.rules.string()}).status == 0);
  std::string manifest = read_text(scene.case_folder / "manifest.jsonl");
  const std::size_t size = manifest.find("\"size\":", manifest.find("\"type\":\"finding\""));
  manifest.replace(size, manifest.find(',', size) - size, "\"size\":60000000000");
  write_text(scene.case_folder / "manifest.jsonl", manifest);
  lengthen(scene.case_folder, 1);
  StartedProgram program(words("verify --image " + media.string(), {scene.case_folder}));
  CHECK(stopped(program, SIGTERM, after(Milliseconds(700)), "verify --image") == 143);
}

TEST_CASE("a signal ends a command whose output nobody reads") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  while (::write(ends[1], "x", 1) == 1) {
  }
  ::fcntl(ends[1], F_SETFL, 0);
  for (const char* command : {"info", "info --json"}) {
    StartedProgram program(words(command, {scene.path}), ends[1]);
    CHECK(stopped(program, SIGINT, after(Milliseconds(300)), command) == 130);
  }
  write_text(scene.rules, "rule never { condition: false }");
  StartedProgram program(scene.sweep(), ends[1]); // sealed, and then a summary for nobody
  const auto phase = after(scene.case_folder / "files.sha256", Milliseconds(300));
  CHECK(stopped(program, SIGINT, phase, "sweep: sealed, and nobody reads") == 0);
  CHECK(run_program({"verify", scene.case_folder.string()}).status == 0);
  ::close(ends[0]);
  ::close(ends[1]);
}
