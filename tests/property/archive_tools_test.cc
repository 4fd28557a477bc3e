// SPDX-License-Identifier: Apache-2.0
// Generated archives, whole, cut at every tenth and with a flipped byte: what the format's own tool
// extracts is looked at too, or an issue says what is wrong with the archive.
#include "content/containers.h"
#include "support/archive_forms.h"
#include "support/archive_writer.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/program.h"
#include "support/run_tool.h"
#include "support/temp_dir.h"
#include "support/zip_parts.h"

#include <functional>
#include <random>
#include <unordered_set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::size_t kToken = 24; ///< characters between the brackets

using Tokens = std::unordered_set<std::string>;

/// Content is made of tokens `<...>`, so that it doesn't matter in which order a tool writes its
/// members, and where it stops.
void add_tokens(std::string_view text, Tokens& tokens) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::string_view token = text.substr(at, kToken + 2);
    if (token.size() == kToken + 2 && token.back() == '>' &&
        token.find('<', 1) == std::string_view::npos)
      tokens.emplace(token);
  }
}

Members random_members(std::mt19937_64& random) {
  Members members;
  const u64 count = 1 + random() % 4;
  for (u64 i = 0; i < count; ++i) {
    std::string content;
    const u64 size = 100 + random() % (i == 0 ? 60'000 : 20'000);
    while (content.size() < size)
      content += fmt::format("<{:03}-{:07}-{:012x}>\n", i, content.size() % 10'000'000,
                             random() & 0xFFFFFFFFFFFF);
    members.emplace_back(fmt::format("folder/member-{}.txt", i), content);
  }
  return members;
}

struct Looked {
  Tokens tokens;
  bool is_archive = false, has_issue = false;
  std::string first_damage;
};

Looked look_into(const std::string& content) {
  Deadline deadline(std::chrono::seconds(600));
  ArchiveBudget budget({}, content.size(), deadline);
  Looked looked;
  looked.is_archive = holds_archive(bytes_of(content));
  walk_containers(
      bytes_of(content), budget,
      [&](const ArchiveMember& member) { add_tokens(chars_of(member.bytes), looked.tokens); },
      [&](const ArchiveWalk& walk) {
        if (!walk.damage.empty()) looked.first_damage = walk.damage.front();
        looked.has_issue |= !walk.damage.empty() || !walk.limit.empty() || walk.encrypted > 0 ||
                            walk.list_encrypted || walk.too_large > 0 || walk.no_memory > 0;
      });
  return looked;
}

struct Format {
  std::string name;
  std::function<std::string(const Members&)> make;
  std::vector<std::string> tool; ///< reads the archive as its last argument, or as its input
  bool by_input = false;
  /// It must give all that the tool gives, issue or not.
  bool gives_all = false;
};

std::string only_content(const Members& members) {
  std::string all;
  for (const auto& [name, content] : members) all += content;
  return all;
}

/// A file that is only compressed.
Format filtered(const std::string& filter, const std::string& tool) {
  return {filter,
          [filter](const Members& m) {
            return make_archive("raw", {{"x", only_content(m)}}, filter);
          },
          {tool},
          true,
          true};
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      filtered("gzip", "zcat"),
      filtered("bzip2", "bzcat"),
      filtered("xz", "xzcat"),
      filtered("zstd", "zstdcat"),
      {"zip",
       [](const Members& m) { return make_archive("zip", m); },
       {"unzip", "-p"},
       false,
       true},
      {"stored zip",
       [](const Members& m) {
         std::vector<ZipPart> parts;
         for (const auto& [name, content] : m) parts.push_back({name, content});
         return make_zip(parts);
       },
       {"7zz", "x", "-so", "-y"},
       false,
       true},
      {"tar",
       [](const Members& m) { return make_archive("ustar", m); },
       {"tar", "-xOf", "-"},
       true,
       false},
      {"7z",
       [](const Members& m) { return make_archive("7zip", m); },
       {"7zz", "x", "-so", "-y"},
       false,
       false},
      {"cab",
       [](const Members& m) { return make_cab(m); },
       {"7zz", "x", "-so", "-y"},
       false,
       false},
      {"rar", [](const Members& m) { return make_rar5(m); }, {}, false, false},
      {"iso",
       [](const Members& m) { return make_archive("iso9660", m); },
       {"7zz", "x", "-so", "-y"},
       false,
       false},
  };
  return all;
}

/// What the tool extracts. Without one, what the archive holds, whose members are stored.
Tokens extracted(const Format& format, const std::string& archive, const TempDir& folder) {
  Tokens tokens;
  if (format.tool.empty()) {
    add_tokens(archive, tokens);
    return tokens;
  }
  std::vector<std::string> command = format.tool;
  if (!format.by_input) {
    write_text(folder / "archive", archive);
    command.push_back((folder / "archive").string());
  }
  add_tokens(run_tool(command, format.by_input ? std::string_view(archive) : "").out, tokens);
  return tokens;
}

/// The archive as it is, cut at every tenth, and with one byte changed, at `flips` places.
std::vector<std::string> versions_of(const std::string& whole, u64 flips, std::mt19937_64& random) {
  std::vector<std::string> versions{whole};
  for (u64 tenth = 1; tenth < 10; ++tenth)
    versions.push_back(whole.substr(0, whole.size() * tenth / 10));
  for (u64 i = 0; i < flips; ++i) {
    std::string flipped = whole;
    char& byte = flipped[random() % whole.size()];
    byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
    versions.push_back(std::move(flipped));
  }
  return versions;
}

} // namespace

TEST_CASE("2,000 archives, whole, cut and damaged, lose nothing in silence") {
  const u64 archives = rounds(8), flips = 15; // of each format
  u64 looked_into = 0, with_losses = 0;
  const TempDir folder;
  for (const Format& format : formats()) {
    if (!format.tool.empty() && !have_tool(format.tool.front())) continue;
    for (u64 seed = 1; seed <= archives; ++seed) {
      std::mt19937_64 random(seed);
      const Members members = random_members(random);
      const std::vector<std::string> versions = versions_of(format.make(members), flips, random);
      for (std::size_t version = 0; version < versions.size(); ++version) {
        const Looked looked = look_into(versions[version]);
        const Tokens wanted = extracted(format, versions[version], folder);
        u64 lost = 0;
        for (const std::string& token : wanted) lost += looked.tokens.contains(token) ? 0 : 1;
        ++looked_into;
        with_losses += lost > 0 ? 1 : 0;
        CAPTURE(format.name, seed, version, wanted.size(), lost, looked.has_issue,
                looked.first_damage);
        if (version == 0) {
          CHECK_FALSE(looked.has_issue);
          CHECK(wanted.size() > 0);
        }
        if (lost == 0 || (looked.has_issue && !format.gives_all)) continue;
        if (format.tool.empty() && !looked.is_archive) continue; // to no tool, either
        CHECK(lost == 0);
      }
    }
  }
  INFO(looked_into << " archives, in " << with_losses << " something is missing");
  CHECK(looked_into >= archives * 10 * 9); // some tools may be missing
}
