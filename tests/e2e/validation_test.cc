// SPDX-License-Identifier: Apache-2.0
// Rebuilds the designs of NIST's Computer Forensics Tool Testing: an image for each, and a count of
// the objects that must be found. tests/VALIDATION.md is the result; UPDATE_VALIDATION=1 in the
// environment rewrites it.
#include "base/file.h"
#include "base/text.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::filesystem::path kTable =
    std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "tests" / "VALIDATION.md";

constexpr std::string_view kHead = R"(# Validation by NIST's test designs

`tests/e2e/validation_test.cc` generates this file. It builds an image for each case and fails if an object is missed. Don't edit this
file. To update it: `UPDATE_VALIDATION=1 build/release/tests/coldsweep_e2e "the designs of NIST*"`.

The designs are those of NIST's Computer Forensics Tool Testing: deleted file recovery (DFR) and string search (FT-SS). The images are
our own, and NTFS only. *Objects* are files or strings that must be found. A recovered file counts if its content, size, name and state
match what was written. Overwritten content counts if it is reported as overwritten and is never presented as the file's certain content.
)";

struct Count {
  u64 found = 0, expected = 0;
  std::string note;
};

// ---- deleted file recovery

/// Each deleted stream of the image is found with the content that was written, or reported as
/// overwritten.
Count recovered(NtfsImage& image) {
  const Swept swept = run_sweep(image.build(), kEveryStream);
  require_balanced(swept);
  std::map<std::pair<u64, std::string>, nlohmann::json> by_stream;
  for (const nlohmann::json& f : swept.findings)
    if (f.at("kind") == "data" && f.at("member").is_null())
      by_stream[{f.at("record"), f.at("stream")}] = f;
  Count count;
  u64 overwritten = 0;
  for (const WrittenStream& written : image.contents()) {
    if (written.allocated || written.size == 0) continue;
    CAPTURE(written.path, written.stream);
    ++count.expected;
    const auto found = by_stream.find({written.record, written.stream});
    if (written.overwritten) {
      // Its record may be another file's by now. If not, and its content differs, its clusters are
      // reported as overwritten.
      const bool gone = found == by_stream.end() || found->second.at("allocated") == true ||
                        found->second.at("path") != "/" + written.path;
      const bool same = !gone && found->second.at("hashes").at("sha256") == written.sha256();
      const bool told = !gone && !found->second.at("overwritten").is_null() &&
                        found->second.at("overwritten").at("clusters") > 0;
      CHECK((gone || same || told));
      ++overwritten;
      count.found += gone || same || told ? 1 : 0;
      continue;
    }
    REQUIRE(found != by_stream.end());
    const nlohmann::json& f = found->second;
    const bool right = f.at("allocated") == false && f.at("size") == written.size &&
                       f.at("hashes").at("sha256") == written.sha256() &&
                       f.at("path") == "/" + written.path;
    CHECK(right);
    count.found += right ? 1 : 0;
  }
  if (overwritten > 0) count.note = fmt::format("data written after deletion: {}", overwritten);
  return count;
}

Count recovered(const std::function<void(NtfsImage&)>& describe, u64 size = 32_MiB) {
  NtfsImage image({.size = size});
  image.file("kept.txt", "kept");
  describe(image);
  return recovered(image);
}

std::string numbered(u64 i, u64 size) {
  return fmt::format("object {} ", i) + std::string(size, static_cast<char>('a' + i % 26));
}

Count thousand_files(bool overwritten) {
  return recovered(
      [&](NtfsImage& image) {
        for (u64 i = 0; i < 1000; ++i)
          image.file(fmt::format("set{}/f{}.bin", i % 10, i), numbered(i, 900 + i * 7)).deleted();
        if (!overwritten) return;
        image.then();
        for (u64 i = 0; i < 200; ++i)
          image.file(fmt::format("new/n{}.bin", i), numbered(i, 9000)).fragmented(1 + i % 3);
      },
      64_MiB);
}

// ---- string search

constexpr const char* kStrings = R"(
rule ss01 { strings: $a = "DireWolf-" condition: $a }
rule ss02 { strings: $a = "direWOLF-" nocase condition: $a }
rule ss03 { strings: $a = "wolf" fullword condition: $a }
rule ss04 { strings: $a = "andLeft-" $b = "andRight-" condition: $a and $b }
rule ss05 { strings: $a = "orLeft-" $b = "orRight-" condition: $a or $b }
rule ss06 { strings: $a = "notLeft-" $b = "notRight-" condition: $a and not $b }
rule ss07le { strings: $a = "wideWolf-" wide condition: $a }
rule ss07be { strings: $a = { 00 62 00 69 00 67 00 57 00 6F 00 6C 00 66 00 2D } condition: $a }
rule ss07u8 { strings: $a = "\xd0\xb2\xd0\xbe\xd0\xbb\xd0\xba-" condition: $a }
rule ss08 { strings: $a = /wolf-[0-9]{3}-[a-f]{2,4}-/ condition: $a }
rule ss09 { strings: $a = /[a-z]{3,9}@wolf\.example/ $b = /\(555\) [0-9]{3}-[0-9]{4}/ condition: any of them }
)";

std::string wide(const std::string& text, bool big_endian) {
  std::string units;
  for (const char c : text) {
    if (big_endian)
      units += {'\0', c};
    else
      units += {c, '\0'};
  }
  return units;
}

/// Counts the places where the string is found: in an allocated file, a resident one, a stream, a
/// compressed file, a deleted one, across the first two fragments of a file, and in free clusters.
Count searched(const std::string& rule, const std::string& text, bool across_fragments = true) {
  NtfsImage image({.size = 24_MiB});
  const std::string filler(6000, '.');
  image.file("active.txt", filler + text + filler);
  image.file("resident.txt", "." + text + ".");
  image.file("stream.txt", "x").stream("ads", filler + text + ".");
  image.file("packed.txt", std::string(70'000, '.') + text + std::string(70'000, '.')).compressed();
  image.file("gone.txt", filler + text + filler).deleted();
  std::set<std::string> places{"/active.txt", "/resident.txt", "/stream.txt", "/packed.txt",
                               "/gone.txt"};
  if (across_fragments) {
    std::string split(8 * 4096, '.');
    split.replace(4096 - text.size() / 2, text.size(), text);
    image.file("split.txt", split).fragmented(8);
    places.insert("/split.txt");
  }
  const std::filesystem::path path = image.build();
  // Free clusters far past all files.
  const u64 free = 20_MiB;
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(free + 100);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  SweepOptions options;
  options.scope.unallocated = true;
  const Swept swept = run_sweep(path, kStrings, options);
  require_balanced(swept);
  std::set<std::string> found;
  for (const nlohmann::json& f : swept.findings) {
    if (f.at("rule").at("name") != rule) continue;
    const std::string at = f.at("path");
    if (!at.starts_with("/$Unallocated/"))
      found.insert(at);
    else
      for (const nlohmann::json& match : f.at("matches"))
        if (!match.at("media_offset").is_null() && match.at("media_offset").get<u64>() >= free)
          found.insert("unallocated");
  }
  places.insert("unallocated");
  CHECK(found == places);
  Count count{0, places.size(), {}};
  for (const std::string& place : places) count.found += found.contains(place) ? 1 : 0;
  return count;
}

struct Case {
  std::string number, design;
  std::function<Count()> run;
};

std::vector<Case> cases() {
  const auto one = [](u64 fragments) {
    return recovered([=](NtfsImage& image) {
      image.file("a.bin", numbered(1, 40'000)).fragmented(fragments).deleted();
    });
  };
  return {
      {"DFR-01", "one deleted file in one piece", [=] { return one(1); }},
      {"DFR-02", "one deleted file in two fragments", [=] { return one(2); }},
      {"DFR-03", "one deleted file in several fragments", [=] { return one(7); }},
      {"DFR-04", "names that are not ASCII",
       [] {
         return recovered([](NtfsImage& image) {
           for (const char* name :
                {"\u0432\u043e\u043b\u043a.txt", "\u72fc\u306e\u6587\u66f8.txt",
                 "\u0630\u0626\u0628.txt", "L\u00f6we \u00e9t\u00e9.txt", "\U0001F43A.txt"})
             image.file(name, numbered(1, 5000)).deleted();
         });
       }},
      {"DFR-05", "several files with interleaved fragments",
       [] {
         return recovered([](NtfsImage& image) {
           for (u64 i = 0; i < 6; ++i)
             image.file(fmt::format("f{}.bin", i), numbered(i, 60'000)).fragmented(3 + i).deleted();
         });
       }},
      {"DFR-06", "a large file",
       [] {
         return recovered(
             [](NtfsImage& image) { image.file("large.bin", pattern(40_MiB, 6)).deleted(); },
             64_MiB);
       }},
      {"DFR-07", "a completely overwritten file",
       [] {
         return recovered([](NtfsImage& image) {
           image.file("gone.bin", numbered(7, 50'000)).deleted();
           image.then();
           image.fill("full.bin", 64 * 1024);
         });
       }},
      {"DFR-08", "partly overwritten files",
       [] {
         return recovered([](NtfsImage& image) {
           for (u64 i = 0; i < 8; ++i)
             image.file(fmt::format("gone{}.bin", i), numbered(i, 60'000)).deleted();
           image.then();
           for (u64 i = 0; i < 5; ++i) image.file(fmt::format("new{}.bin", i), numbered(i, 30'000));
         });
       }},
      {"DFR-09", "a thousand files", [] { return thousand_files(false); }},
      {"DFR-10", "a thousand files, some overwritten later", [] { return thousand_files(true); }},
      {"DFR-11", "a deleted folder with its files",
       [] {
         return recovered([](NtfsImage& image) {
           image.folder("gone").deleted();
           for (u64 i = 0; i < 5; ++i)
             image.file(fmt::format("gone/f{}.bin", i), numbered(i, 3000)).deleted();
         });
       }},
      {"DFR-12", "nested deleted folders",
       [] {
         return recovered([](NtfsImage& image) {
           std::string folder;
           for (u64 i = 0; i < 5; ++i) {
             folder += fmt::format("{}d{}", i == 0 ? "" : "/", i);
             image.folder(folder).deleted();
             image.file(folder + "/f.bin", numbered(i, 2000)).deleted();
           }
         });
       }},
      {"DFR-13", "files created and deleted at random",
       [] {
         return recovered([](NtfsImage& image) {
           std::mt19937 random(13);
           for (u64 i = 0; i < 120; ++i) {
             NtfsFile& file = image.file(fmt::format("r{}/f{}.bin", random() % 6, i),
                                         numbered(i, 16'000 + random() % 14'000));
             if (random() % 2 == 0) file.fragmented(1 + random() % 4);
             if (random() % 2 == 0) file.deleted();
             if (i % 40 == 39) image.then();
           }
         });
       }},
      {"DFR-14", "other objects: alternate data streams, hard links",
       [] {
         return recovered([](NtfsImage& image) {
           image.file("s.txt", numbered(1, 3000)).stream("hidden", numbered(2, 7000)).deleted();
           image.file("t.txt", "x").stream("small", numbered(3, 40)).deleted();
           image.file("l.txt", numbered(4, 4000)).hard_link("z.txt").deleted();
         });
       }},
      {"DFR-15", "listing: a deleted file among allocated ones",
       [] {
         return recovered([](NtfsImage& image) {
           for (u64 i = 0; i < 10; ++i)
             image.file(fmt::format("mixed/f{}.txt", i), numbered(i, 2000));
           image.file("mixed/gone.txt", numbered(11, 2000)).deleted();
         });
       }},
      {"DFR-16", "listing: many deleted files in many folders",
       [] {
         return recovered([](NtfsImage& image) {
           for (u64 i = 0; i < 150; ++i)
             image.file(fmt::format("a{}/b{}/f{}.txt", i % 5, i % 7, i), numbered(i, 1500))
                 .deleted();
         });
       }},
      {"DFR-17", "listing: names that were reused",
       [] {
         return recovered([](NtfsImage& image) {
           image.file("same.txt", numbered(1, 5000)).deleted();
           image.then();
           image.file("other/same.txt", numbered(2, 5000));
           image.file("same2.txt", numbered(3, 5000));
         });
       }},
      {"DFR, NTFS", "a compressed file",
       [] {
         return recovered([](NtfsImage& image) {
           image.file("c.txt", std::string(120'000, 'c') + "end").compressed().deleted();
         });
       }},
      {"DFR, NTFS", "a file resident in its MFT record",
       [] {
         return recovered(
             [](NtfsImage& image) { image.file("r.txt", "resident content").deleted(); });
       }},
      {"FT-SS-01", "a string in ASCII", [] { return searched("ss01", "DireWolf-0101"); }},
      {"FT-SS-02", "ignoring case", [] { return searched("ss02", "dIREwolf-0202"); }},
      {"FT-SS-03", "whole words", [] { return searched("ss03", " wolf "); }},
      {"FT-SS-04", "both of two strings", [] { return searched("ss04", "andLeft- andRight-04"); }},
      {"FT-SS-05", "either of two strings", [] { return searched("ss05", "orRight-0505"); }},
      {"FT-SS-06", "one string without another", [] { return searched("ss06", "notLeft-0606"); }},
      {"FT-SS-07", "UTF-16LE without a byte order mark",
       [] { return searched("ss07le", wide("wideWolf-07", false)); }},
      {"FT-SS-07", "UTF-16BE without a byte order mark",
       [] { return searched("ss07be", wide("bigWolf-07", true)); }},
      {"FT-SS-07", "UTF-8, not Latin",
       [] { return searched("ss07u8", "\u0432\u043e\u043b\u043a-07"); }},
      {"FT-SS-08", "a pattern: a regular expression",
       [] { return searched("ss08", "wolf-808-abc-"); }},
      {"FT-SS-09", "formatted text: mail addresses",
       [] { return searched("ss09", "pack@wolf.example"); }},
      {"FT-SS-09", "formatted text: telephone numbers",
       [] { return searched("ss09", "(555) 123-0909"); }},
  };
}

} // namespace

TEST_CASE("what NIST's tool test designs require is found, and VALIDATION.md says so") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  std::string table(kHead);
  table +=
      "\nThe string search covers an allocated file, a resident file, an alternate data stream, a "
      "compressed file, a deleted file, the\nfragments of a file, and unallocated space: seven "
      "objects.\n"
      "\n| case | design | objects | found | |\n| --- | --- | --- | --- | --- |\n";
  for (const Case& one : cases()) {
    CAPTURE(one.number, one.design);
    const Count count = one.run();
    CHECK(count.expected > 0);
    CHECK(count.found == count.expected);
    table += fmt::format("| {} | {} | {} | {} | {} |\n", one.number, one.design, count.expected,
                         count.found, count.note);
  }
  if (std::getenv("UPDATE_VALIDATION") != nullptr) {
    std::ofstream out(kTable, std::ios::binary | std::ios::trunc);
    out << table;
    REQUIRE(out.flush());
  }
  INFO("tests/VALIDATION.md is not what was found: run this test with UPDATE_VALIDATION=1");
  REQUIRE(std::filesystem::exists(kTable));
  CHECK((read_text(kTable) == table));
}
