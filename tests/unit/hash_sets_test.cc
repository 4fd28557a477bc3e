// SPDX-License-Identifier: Apache-2.0
// Hash lists of every form, and what they say about some content.
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/run_tool.h"
#include "support/shared_images.h"
#include "support/temp_dir.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "hash_sets/hash_sets.h"
#include "yara-rules/hash-sets/builtin_hash_sets.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

const Hashes kBad = hash_all(bytes_of(std::string_view("dropped tool")));
const Hashes kOther = hash_all(bytes_of(std::string_view("something else")));
const Hashes kNothing = hash_all({});

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

fs::path write(const TempDir& folder, const std::string& name, const std::string& text) {
  File file = File::create(folder / name);
  file.append(bytes_of(text));
  return folder / name;
}

HashSets bad_set(const TempDir& folder, const std::string& text,
                 const std::string& name = "list.dat") {
  return HashSets::load({{write(folder, name, text)}, {}});
}

std::vector<HashSetHit> hits(const HashSets& sets, const Hashes& hashes) {
  return HashLookup(sets).look_up(hashes).bad;
}

std::string refusal(const HashSetFiles& files) {
  try {
    HashSets::load(files);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "accepted";
}

} // namespace

TEST_CASE("a hash list is recognized by its content, in every form that public lists have") {
  struct Form {
    std::string text, format, note;
  };
  const std::string sha256 = kBad.sha256, sha1 = kBad.sha1, md5 = kBad.md5;
  const std::vector<Form> forms{
      {sha256 + "\n", "text", ""},
      {"# a comment\r\n\r\n" + upper(md5) + "\r\n", "text", ""},
      {"\xEF\xBB\xBF" + sha1, "text", ""},
      {"#\n# HASH;COMMENT\n" + sha256 + ";Tool - http://example.org/a;b\n", "text",
       "Tool - http://example.org/a;b"},
      {sha256 + "  tools/a b.exe\n", "text", "tools/a b.exe"},
      {"\\" + sha256 + " *a\\nb.exe\n", "text", "a\\nb.exe"},
      {"SHA256 (a b.exe) = " + sha256 + "\n", "text", "a b.exe"},
      {"SHA2-256(a.exe)= " + sha256 + "\n", "text", "a.exe"},
      {"name,SHA-1,Md5,size\n\"a, b\"," + upper(sha1) + "," + md5 + ",12\n", "csv", ""},
      {"md5;comment\n" + md5 + ";\"a \"\"tool\"\"\"\n", "csv", "a \"tool\""},
      {"type,indicator,source,note\ndomain,example.org,x,\nsha256," + sha256 + ",A,shell\n", "csv",
       "A, shell"},
      {"DateAdded,FirstSeen,Indicator,IndicatorType,TLP\n1,2,C:\\a.aspx,filepath,White\n1,2," +
           sha256 + ",sha256,White\n",
       "csv", ""},
      {"\xEF\xBB\xBFIndicator_type,Data,Note\nsha256," + upper(sha256) + ",ransom\n", "csv",
       "ransom"},
      {"%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /\n##\n12," + md5 + "," +
           sha256 + ",/a, b.exe\n",
       "hashdeep", "/a"},
  };
  for (const Form& form : forms) {
    const TempDir folder;
    CAPTURE(form.text);
    const HashSets sets = bad_set(folder, form.text);
    REQUIRE(sets.records().size() == 1);
    CHECK(sets.records()[0].format == form.format);
    CHECK(sets.records()[0].bad_lines == 0);
    CHECK(sets.records()[0].entries == 1);
    CHECK(sets.records()[0].sha256 == sha256_of(form.text));
    const std::vector<HashSetHit> found = hits(sets, kBad);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "list.dat");
    CHECK(found[0].note == form.note);
    CHECK(hits(sets, kOther).empty());
  }
}

TEST_CASE(
    "only the strongest of several hashes on a line is kept, so that no other must be computed") {
  const TempDir folder;
  const HashSets sets =
      bad_set(folder, "md5,sha1,sha256\n" + kBad.md5 + "," + kBad.sha1 + "," + kBad.sha256 + "\n");
  CHECK(sets.kinds() == HashKinds{false, false, true});
  CHECK(hits(sets, kBad).at(0).entry == "sha256:" + kBad.sha256);
  const TempDir other;
  CHECK(bad_set(other, kBad.md5 + "\n" + kOther.sha1).kinds() == HashKinds{true, true, false});
  CHECK(HashSets().kinds() == HashKinds{});
}

TEST_CASE("each hash of a long list is found, and no other") {
  const TempDir folder;
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    const Hashes h = hash_all(bytes_of(std::to_string(i)));
    text += (i % 3 == 0   ? h.md5
             : i % 3 == 1 ? upper(h.sha1)
                          : h.sha256) +
            ";" + std::to_string(i) + "\n";
  }
  const HashSets sets = bad_set(folder, text + text);
  CHECK(sets.records()[0].entries == 3000);
  HashLookup lookup(sets);
  for (int i = 0; i < 6000; ++i) {
    const HashVerdict verdict = lookup.look_up(hash_all(bytes_of(std::to_string(i))));
    REQUIRE(verdict.bad.size() == (i < 3000 ? 1 : 0));
    if (i < 3000) CHECK(verdict.bad[0].note == std::to_string(i));
  }
}

TEST_CASE("bad lines are counted, and the first is reported with its line number") {
  const TempDir folder;
  const HashSets sets =
      bad_set(folder, "# list\n" + kBad.sha256 + "\n" + kBad.sha256.substr(1) + "\nnot a hash\n");
  CHECK(sets.records()[0].bad_lines == 2);
  REQUIRE(sets.records()[0].notes.size() == 1);
  CHECK_THAT(sets.records()[0].notes[0], Catch::Matchers::ContainsSubstring("line 3"));
  CHECK(hits(sets, kBad).size() == 1);

  const TempDir columns;
  const HashSets csv = bad_set(columns, "sha256,name\n" + kBad.sha256 + ",a\nshort\n");
  CHECK(csv.records()[0].bad_lines == 1);
  CHECK_THAT(csv.records()[0].notes.at(0), Catch::Matchers::ContainsSubstring("line 3"));
}

TEST_CASE("a file without hashes is refused, with its name and what it holds instead") {
  const TempDir folder;
  const fs::path prose = write(folder, "prose.txt", "# nothing\nDear colleague,\n");
  const std::string message = refusal({{prose}, {}});
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring(prose.string()));
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring("no hash in it"));
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring("line 2"));
  CHECK_THAT(refusal({{write(folder, "empty", "")}, {}}),
             Catch::Matchers::ContainsSubstring("no hash in it"));
  CHECK_THAT(refusal({{folder / "absent"}, {}}),
             Catch::Matchers::ContainsSubstring("no such hash set"));
  CHECK_THAT(refusal({{write(folder, "wide.txt", std::string("\xFF\xFE") + "a\0b\0")}, {}}),
             Catch::Matchers::ContainsSubstring("UTF-16"));
  CHECK_THAT(refusal({{write(folder, "bare", "%%%% HASHDEEP-1.0\n12,ab,cd\n")}, {}}),
             Catch::Matchers::ContainsSubstring("line 2"));
}

TEST_CASE("the hash of an empty file is left out of every set") {
  const TempDir folder;
  const HashSets sets = bad_set(folder, kNothing.md5 + "\n" + kNothing.sha1 + "\n" +
                                            kNothing.sha256 + "\n" + kBad.sha256 + "\n");
  CHECK(sets.records()[0].entries == 1);
  CHECK(hits(sets, kNothing).empty());
  CHECK(hits(sets, kBad).size() == 1);
}

TEST_CASE("lists compressed with xz are read directly, and damaged ones are refused") {
  if (!have_tool("xz")) SKIP("no xz");
  const TempDir folder;
  std::string text = "sha256,note\n";
  for (int i = 0; i < 20000; ++i) text += sha256_of(std::to_string(i)) + ",number\n";
  const std::string packed = must_run({"xz", "-9", "-c"}, text);
  const fs::path file = write(folder, "list.csv", packed);
  const HashSets sets = HashSets::load({{file, file}, {}});
  CHECK(sets.records().at(0).entries == 20000);
  CHECK(sets.records().at(0).sha256 == sha256_of(packed));
  CHECK(sets.records().at(1).name == "list.csv#2");
  CHECK(hits(sets, hash_all(bytes_of(std::string_view("19999")))).size() == 2);

  CHECK_THAT(refusal({{write(folder, "cut", packed.substr(0, packed.size() / 2))}, {}}),
             Catch::Matchers::ContainsSubstring("cut: damaged or cut xz data"));
  std::string flipped = packed;
  flipped[packed.size() / 2] = static_cast<char>(flipped[packed.size() / 2] ^ 0x55);
  CHECK_THAT(refusal({{write(folder, "flipped", flipped)}, {}}),
             Catch::Matchers::ContainsSubstring("damaged or cut xz data"));
}

TEST_CASE("good, bad and known are distinguished, even if all of them list the same content") {
  const TempDir folder;
  const fs::path bad = write(folder, "bad.txt", kBad.sha256 + "\n");
  const fs::path good = write(folder, "good.txt", kBad.md5 + "\n" + kOther.sha1 + "\n");
  const fs::path nsrl = write(
      folder, "NSRLFile.txt",
      "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\",\"OpSystemCode\","
      "\"SpecialCode\"\n\"" +
          upper(kBad.sha1) + "\",\"" + upper(kBad.md5) +
          "\",\"00000000\",\"nc.exe\",12,1,\"WIN\",\"\"\n");
  const HashSets sets = HashSets::load({{bad}, {good, nsrl}});
  HashLookup lookup(sets);
  const HashVerdict all = lookup.look_up(kBad);
  CHECK(all.bad.size() == 1);
  CHECK(all.good);
  REQUIRE(all.known);
  CHECK(all.known->name == "NSRLFile.txt");
  const HashVerdict other = lookup.look_up(kOther);
  CHECK(other.bad.empty());
  CHECK(other.good);
  CHECK(!other.known);
  CHECK(sets.records().at(2).role == "known");
}

TEST_CASE("the built-in lists load, and each knows its purpose") {
  const HashSets sets = HashSets::load({{}, {}, builtin_hash_sets()});
  REQUIRE(sets.records().size() == 2);
  CHECK(sets.records()[0].role == "known_bad");
  CHECK(*sets.records()[0].entries >= 74);
  CHECK(sets.records()[0].bad_lines == 0);
  CHECK(sets.records()[1].role == "shipped_files");
  CHECK(*sets.records()[1].entries > 4000);
  CHECK(sets.records()[1].bad_lines == 0);
  CHECK(sets.kinds() == HashKinds{false, false, true});
  Hashes shell;
  shell.sha256 = "b75f163ca9b9240bf4b37ad92bc7556b40a17e27c2b8ed5c8991385fe07d17d0";
  const HashVerdict verdict = HashLookup(sets).look_up(shell);
  REQUIRE(verdict.bad.size() == 1);
  CHECK_THAT(verdict.bad[0].note, Catch::Matchers::ContainsSubstring("SecChecker"));
  CHECK(!verdict.good);
}

TEST_CASE("the full list of Exchange's files loads as published") {
  const std::optional<fs::path> images = shared_images_folder();
  const fs::path file =
      images ? images->parent_path() / "facts" / "exchange-known-good.csv.xz" : fs::path();
  if (!fs::exists(file)) SKIP("no list of Exchange's files beside the checkout");
  const HashSets sets = HashSets::load({{}, {file}});
  const HashSetRecord& record = sets.records().at(0);
  CHECK(record.entries == 130385);
  CHECK(record.bad_lines == 0);
  CHECK(record.role == "known_good");
  CHECK(!sets.shipped_files().empty());
}
