// SPDX-License-Identifier: Apache-2.0
// Where results and messages go: who may read a case, what happens if something can't be written,
// and that it is said before the work if it is known before.
#include "base/file.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_sweep.h"
#include "sweep/case_folder.h"

#include <fmt/format.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

struct Scene {
  NtfsImage image{{.size = 16_MiB}};
  TempDir folder;
  fs::path path, rules = folder / "rule.yar", case_folder = folder / "case";

  Scene() {
    image.file("a.txt", "coldsweep-marker-1138");
    path = image.build();
    write_text(rules, "rule marker { strings: $m = \"coldsweep-marker-1138\" condition: $m at 0 }");
  }
  std::vector<std::string> words(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{
        kProgram, "sweep", "-r", rules.string(), "-o", case_folder.string(), path.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// The sweep, started by a shell that runs `setup` before.
  ToolResult sweep_after(const std::string& setup,
                         const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"sh", "-c", setup, "sh"};
    for (const std::string& word : words(more)) all.push_back(word);
    return run_tool(all);
  }
  bool verifies() const { return run_program({"verify", case_folder.string()}).status == 0; }
};

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

u32 crc32(ByteView bytes) {
  return lzma_crc32(reinterpret_cast<const u8*>(bytes.data()), bytes.size(), 0);
}

/// An .xz file whose dictionary is said to have almost 4 GiB.
std::string xz_with_large_dictionary(const std::string& text) {
  std::string xz(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  REQUIRE(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, nullptr,
                                  reinterpret_cast<const u8*>(text.data()), text.size(),
                                  reinterpret_cast<u8*>(xz.data()), &size, xz.size()) == LZMA_OK);
  xz.resize(size);
  // After the stream header of 12 bytes, the block header: its size in units of 4 bytes less one,
  // flags, the filter 0x21 with one byte of properties, padding, and a CRC32 (xz-file-format 3.1).
  constexpr std::size_t kBlock = 12;
  const std::size_t length = (static_cast<u8>(xz[kBlock]) + std::size_t{1}) * 4;
  const std::size_t filter = xz.find("\x21\x01", kBlock);
  REQUIRE(filter < kBlock + length);
  xz[filter + 2] = 40;
  const u32 crc = crc32(bytes_of(xz).subspan(kBlock, length - 4));
  for (unsigned i = 0; i < 4; ++i) xz[kBlock + length - 4 + i] = static_cast<char>(crc >> (8 * i));
  return xz;
}

} // namespace

TEST_CASE("nobody but its owner may look into a case, and a stricter umask stays stricter") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const auto [mask, folders, files, copies] =
      GENERATE(table<const char*, unsigned, unsigned, unsigned>(
          {{"022", 0700, 0600, 0400}, {"000", 0700, 0600, 0400}, {"0277", 0500, 0400, 0400}}));
  if (std::string(mask) == "0277" && ::geteuid() != 0) SKIP("only root writes in such folders");
  const Scene scene;
  REQUIRE(scene.sweep_after(fmt::format("umask {}; exec \"$@\"", mask)).status == 0);
  u64 seen = 0;
  CHECK(mode_of(scene.case_folder) == folders);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(scene.case_folder)) {
    CAPTURE(entry.path().string(), mask);
    const bool copy = entry.path().parent_path().parent_path().filename() == "evidence";
    CHECK(mode_of(entry.path()) == (entry.is_directory() ? folders : copy ? copies : files));
    ++seen;
  }
  CHECK(seen >= 8);
  CHECK(scene.verifies());
}

TEST_CASE("standard descriptors that are closed get no file of the case, and no message") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const char* closed = GENERATE("<&-", ">&-", "2>&-", "<&- >&- 2>&-");
  CAPTURE(closed);
  const Scene scene;
  CHECK(scene.sweep_after(fmt::format("exec \"$@\" {}", closed), {"--progress", "json"}).status ==
        0);
  CHECK(scene.verifies());
  CHECK(run_tool({"sh", "-c", std::string("exec \"$@\" ") + closed, "sh", kProgram, "info",
                  scene.path.string()})
            .status == 0);
}

TEST_CASE("a sealed case is not called a failure because stdout or stderr fails") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (!fs::exists("/dev/full")) SKIP("no /dev/full");
  {
    const Scene scene;
    const ToolResult result = scene.sweep_after("exec \"$@\" >/dev/full");
    CHECK(result.status == 0);
    CHECK_THAT(result.err, ContainsSubstring("sealed, but the summary can't be written to stdout"));
    CHECK(scene.verifies());
  }
  for (const char* style : {"json", "plain", "bar"}) {
    const Scene scene;
    const ToolResult result = scene.sweep_after("exec \"$@\" 2>/dev/full", {"--progress", style});
    CHECK(result.status == 0);
    CHECK(scene.verifies());
  }
  const Scene scene;
  const std::vector<std::string> list{"sh",   "-c",     "exec \"$@\" >/dev/full",
                                      "sh",   kProgram, "rules",
                                      "list", "-r",     scene.rules.string()};
  const ToolResult listed = run_tool(list); // here the output is all there is
  CHECK(listed.status == 4);
  CHECK_THAT(listed.err, ContainsSubstring("stdout"));
}

TEST_CASE("a case without run.json is sealed and says so") {
  TempDir folder;
  const std::string problem = finish_run(folder / "absent", begin_run({}), false);
  CHECK_THAT(problem, ContainsSubstring("run.json"));
  CHECK(finish_run(folder.path(), begin_run({}), false).empty());
}

TEST_CASE("a signature is made before what may fail after it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  if (!have_tool("openssl")) SKIP("openssl is not installed");
  const Scene scene;
  const std::string key = (scene.folder / "key.pem").string();
  must_run({"openssl", "genpkey", "-algorithm", "ed25519", "-out", key});
  // In blocks of 512 bytes: enough for the journal, and less than the page takes.
  const ToolResult result =
      scene.sweep_after("trap '' XFSZ; ulimit -f 115; exec \"$@\"", {"--sign-key", key});
  CHECK(result.status == 0);
  CHECK_THAT(result.err,
             ContainsSubstring("is sealed, but report.html or files.sha256 is missing"));
  CHECK(fs::file_size(scene.case_folder / "manifest.sig") == 64);
  CHECK(!fs::exists(scene.case_folder / "report.html.partial"));
}

TEST_CASE("an output that can't be written is refused before the work") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  Scene scene;
  const fs::path file = write_text(scene.folder / "file.txt", "not a folder");
  const std::string good = scene.case_folder.string();
  for (const fs::path& path : {file, file / "case", file / "deep/er/case"}) {
    const ToolResult result = run_program(
        {"sweep", scene.path.string(), "-r", scene.rules.string(), "-o", path.string()});
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, ContainsSubstring(path.string()));
  }
  REQUIRE(run_tool(scene.words()).status == 0);
  write_text(scene.case_folder / "manifest.jsonl", "not a manifest\n"); // would be found otherwise
  const std::string below = (file / "x").string(), there = file.string();
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"report", good, "-o", below},
           {"report", good, "-o", there},
           {"report", good, "-o", (scene.folder / "absent/x").string()},
           {"export", good, "--zip", below},
           {"export", good, "--zip", there},
           {"export", good, "--bagit", below},
           {"timestamp", good, "--request", below}}) {
    const ToolResult result = run_program(words);
    INFO(words.front() << ": " << result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, ContainsSubstring(there) || ContainsSubstring("absent/x"));
  }
}

TEST_CASE("a case folder that is in use says what is in it") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Scene scene;
  REQUIRE(run_tool(scene.words()).status == 0);
  const ToolResult sealed = run_tool(scene.words());
  CHECK(sealed.status == 2);
  CHECK_THAT(sealed.err, ContainsSubstring("holds a sealed case"));
  fs::remove(scene.case_folder / "manifest.jsonl");
  const ToolResult interrupted = run_tool(scene.words());
  CHECK(interrupted.status == 2);
  CHECK_THAT(interrupted.err, ContainsSubstring("interrupted, and is not sealed") &&
                                  ContainsSubstring("delete the folder"));
}

TEST_CASE("a compressed list that takes too much memory is not called damaged") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Scene scene;
  const fs::path list =
      write_text(scene.folder / "bad.xz", xz_with_large_dictionary(std::string(64, 'a') + "\n"));
  const ToolResult result = run_tool(scene.words({"--known-bad", list.string()}));
  INFO(result.err);
  CHECK(result.status == 2);
  CHECK_THAT(result.err, ContainsSubstring("bad.xz") && ContainsSubstring("bytes of memory"));
}

TEST_CASE("a pipe where a file is expected is refused, and not waited for") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  const Scene scene;
  const fs::path pipe = scene.folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string name = pipe.string();
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--known-bad", name},
                                             {"--known-good", name},
                                             {"--sign-key", name},
                                             {"-r", name},
                                             {"--places", name},
                                             {"--case-info", name}}) {
    const ToolResult result = run_tool(scene.words(more));
    INFO(more.front() << ": " << result.err);
    CHECK((result.status == 2 || result.status == 4));
    CHECK_THAT(result.err, ContainsSubstring("pipe"));
  }
  CHECK(run_program({"info", name}).status == 2);
}
