// SPDX-License-Identifier: Apache-2.0
// Zip files whose headers hide something.
#include "support/zip_parts.h"

#include "content/containers.h"
#include "support/archive_forms.h"
#include "support/archive_walked.h"
#include "support/catch.h"

#include <algorithm>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

struct Opened {
  Members members;
  std::vector<std::string> damage;
  bool list_encrypted = false;

  bool says(const std::string& words) const {
    return std::any_of(damage.begin(), damage.end(), [&](const std::string& text) {
      return text.find(words) != std::string::npos;
    });
  }
  bool has(const std::string& name, const std::string& content) const {
    return std::find(members.begin(), members.end(), std::pair(name, content)) != members.end();
  }
};

Opened open_all(const std::string& content) {
  Deadline deadline(std::chrono::seconds(60));
  ArchiveBudget budget({}, content.size(), deadline);
  Opened opened;
  walk_containers(
      bytes_of(content), budget,
      [&](const ArchiveMember& member) {
        opened.members.emplace_back(member.name, chars_of(member.bytes));
      },
      [&](const ArchiveWalk& walk) {
        opened.damage.insert(opened.damage.end(), walk.damage.begin(), walk.damage.end());
        opened.list_encrypted |= walk.list_encrypted;
      });
  return opened;
}

const ZipPart kShown{"ok.txt", "nothing here"}, kHidden{"page.aspx", "hidden content"};

} // namespace

TEST_CASE("a whole zip has its members and no damage") {
  const Opened opened = open_all(make_zip({kShown, kHidden}));
  CHECK(opened.members == Members{{"ok.txt", "nothing here"}, {"page.aspx", "hidden content"}});
  CHECK(opened.damage.empty());
}

TEST_CASE("a member with data is a file, whatever its name and attributes say") {
  const ZipPart part =
      GENERATE(ZipPart{"page.aspx/", "hidden content"}, ZipPart{"page.aspx\\", "hidden content"},
               ZipPart{"page.aspx", "hidden content", 0x10},
               ZipPart{"page.aspx", "hidden content", 0xA1FF0000},
               ZipPart{"page.aspx", "hidden content", 0x41FF0010});
  CAPTURE(part.name, part.external_attributes);
  const Opened opened = open_all(make_zip({kShown, part}));
  CHECK(opened.has("page.aspx", "hidden content"));
  CHECK(opened.damage.empty());
}

TEST_CASE("zips one behind the other, or behind something else, are all opened") {
  const std::string shown = make_zip({kShown}), hidden = make_zip({kHidden});
  const std::string content =
      GENERATE_REF(hidden + shown, shown + hidden, "#!/bin/sh\nexit\n" + hidden,
                   "MZ" + std::string(998, '\0') + hidden, "PK00" + hidden,
                   zip_end_record(0, 0, 0) + hidden, hidden + std::string(700, '\0'));
  const Opened opened = open_all(content);
  CHECK(opened.has("page.aspx", "hidden content"));
  CHECK(opened.damage.empty());
}

TEST_CASE("a local header that the directory lacks is a member, and that is said") {
  const std::string local = zip_local(kShown), extra = zip_local(kHidden);
  const std::string central = zip_central(kShown, 0);
  const Opened opened = open_all(local + extra + central +
                                 zip_end_record(1, central.size(), local.size() + extra.size()));
  CHECK(opened.has("ok.txt", "nothing here"));
  CHECK(opened.has("page.aspx", "hidden content"));
  CHECK(opened.says("no entry in a central directory, the first page.aspx at offset"));
}

TEST_CASE("where directory and local header disagree, both are looked at") {
  const std::string local = zip_local(kHidden);
  SECTION("about the name") {
    const std::string central = zip_central({"logo.png", kHidden.content}, 0);
    const Opened opened =
        open_all(local + central + zip_end_record(1, central.size(), local.size()));
    CHECK(opened.has("logo.png", "hidden content"));
    CHECK(opened.has("page.aspx", "hidden content"));
    CHECK(opened.says("states another name (page.aspx)"));
  }
  SECTION("about the size") {
    const std::string central = zip_central({"page.aspx", "hid"}, 0);
    const Opened opened =
        open_all(local + central + zip_end_record(1, central.size(), local.size()));
    CHECK(opened.has("page.aspx", "hid"));
    CHECK(opened.has("page.aspx", "hidden content"));
    CHECK(opened.says("states another size"));
  }
}

TEST_CASE("bytes that no member accounts for are named") {
  const std::string local = zip_local(kShown), central = zip_central(kShown, 0), junk = "unknown!";
  const Opened opened = open_all(local + junk + central +
                                 zip_end_record(1, central.size(), local.size() + junk.size()));
  CHECK(opened.has("ok.txt", "nothing here"));
  CHECK(opened.says("8 bytes from offset " + std::to_string(local.size())));
}

TEST_CASE("a zip cut anywhere gives what precedes the cut, and says where it breaks") {
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i) text += std::to_string(i * 7919) + " ";
  const std::string whole = make_archive("zip", {{"first.txt", "before"}, {"long.txt", text}});
  u64 last = 0;
  for (u64 tenth = 1; tenth < 10; ++tenth) {
    const Opened opened = open_all(whole.substr(0, whole.size() * tenth / 10));
    REQUIRE(opened.members.size() == 2);
    CHECK(text.starts_with(opened.members.back().second));
    CHECK(opened.members.back().second.size() > last);
    last = opened.members.back().second.size();
    CHECK(opened.says("long.txt: cut at offset " + std::to_string(whole.size() * tenth / 10)));
  }
}

TEST_CASE("a wrong CRC-32 is damage, and the content is looked at") {
  std::string content = make_zip({kHidden});
  content.replace(content.find("hidden"), 1, "H");
  const Opened opened = open_all(content);
  CHECK(opened.has("page.aspx", "Hidden content"));
  CHECK(opened.says("wrong CRC-32"));
}

TEST_CASE("self-extractors are opened, and so are archives behind others") {
  const Members members{{"page.aspx", "hidden content"}};
  const std::string stub = "MZ" + std::string(5000, '\x90');
  for (const std::string& archive :
       {make_archive("7zip", members), make_rar4(members), make_rar5(members), make_cab(members)}) {
    const Opened alone = open_all(stub + archive);
    CHECK(alone.has("page.aspx", "hidden content"));
    CHECK(alone.damage.empty());
  }
  const std::string first = make_archive("raw", {{"x", "first content"}}, "gzip");
  for (const std::string& second :
       {make_archive("7zip", members), make_rar4(members), make_zip({kHidden}),
        make_archive("ustar", members), make_archive("raw", members, "xz")}) {
    const Opened both = open_all(first + second);
    CHECK(both.has("content", "first content"));
    REQUIRE(both.members.size() == 2);
    CHECK(both.members[1].first.starts_with("at-" + std::to_string(first.size()) + "!/"));
    CHECK(both.members[1].second == "hidden content");
    CHECK(both.damage.empty());
  }
  CHECK(open_all(first + "this is no archive").says("18 bytes from offset"));
}

TEST_CASE("tars of every version are opened, and the second one behind the first") {
  const Members one{{"a.txt", "first"}}, two{{"page.aspx", "hidden content"}};
  std::string old = make_archive("ustar", two);
  old.replace(257, 8, std::string(8, '\0')); // the seventh edition of Unix had no magic
  u64 sum = 0;
  old.replace(148, 8, std::string(8, ' '));
  for (int i = 0; i < 512; ++i) sum += static_cast<u8>(old[static_cast<std::size_t>(i)]);
  std::string octal = "0000000";
  for (std::size_t i = 6; sum > 0; --i, sum /= 8) octal[i - 1] = static_cast<char>('0' + sum % 8);
  old.replace(148, 6, octal.substr(0, 6));
  old[154] = '\0';
  CHECK(archive_kind(bytes_of(old)) == ArchiveKind::tar);
  CHECK(open_all(old).has("page.aspx", "hidden content"));
  const Opened both = open_all(make_archive("ustar", one) + make_archive("pax", two));
  CHECK(both.has("a.txt", "first"));
  CHECK(both.has("page.aspx", "hidden content"));
  CHECK(both.damage.empty());
}
