// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "filesystem/lost_names.h"
#include "support/catch.h"

#include <random>

using namespace coldsweep;

namespace {

void put(std::string& to, u64 at, u64 value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) to.at(at + i) = static_cast<char>(value >> (8 * i));
}

std::string utf16(const std::string& text) {
  std::string units;
  for (const char c : text) units += {c, '\0'};
  return units;
}

constexpr u64 kFile = u64{7} << 48 | 100, kParent = u64{3} << 48 | 50;

std::string index_entry(const std::string& name) {
  std::string entry(16 + 0x42 + name.size() * 2, '\0');
  put(entry, 0, kFile, 8);
  put(entry, 10, 0x42 + name.size() * 2, 2);
  put(entry, 16, kParent, 8);
  for (const u64 time : {24, 32, 40, 48}) put(entry, time, 132'592'179'060'000'000, 8);
  put(entry, 16 + 0x40, name.size(), 1);
  put(entry, 16 + 0x41, 1, 1);
  entry.replace(16 + 0x42, name.size() * 2, utf16(name));
  entry.resize((entry.size() + 7) / 8 * 8);
  put(entry, 8, entry.size(), 2);
  return entry;
}

std::string journal_record(const std::string& name) {
  std::string record(60 + name.size() * 2, '\0');
  put(record, 4, 2, 2);
  put(record, 8, kFile, 8);
  put(record, 16, kParent, 8);
  put(record, 56, name.size() * 2, 2);
  put(record, 58, 60, 2);
  record.replace(60, name.size() * 2, utf16(name));
  record.resize((record.size() + 7) / 8 * 8);
  put(record, 0, record.size(), 4);
  return record;
}

} // namespace

TEST_CASE("index entries are found in slack by their structure, at every aligned place") {
  const std::string slack = std::string(24, 'x') + index_entry("gone.aspx") +
                            std::string(40, '\1') + index_entry("second.txt") +
                            std::string(100, '\0');
  const std::vector<LostName> names = names_in_index_slack(bytes_of(slack));
  REQUIRE(names.size() == 2);
  CHECK(names[0].file == FileReference{100, 7});
  CHECK(names[0].name.parent == FileReference{50, 3});
  CHECK(names[0].name.name == "gone.aspx");
  CHECK(names[0].name.times.created == 132'592'179'060'000'000);
  CHECK(names[1].name.name == "second.txt");
  CHECK(names_in_index_slack(bytes_of(slack.substr(4)), 4).size() == 2);
  CHECK(names_in_index_slack(bytes_of(slack), 4).empty());
}

TEST_CASE("impossible lengths, times and references are not taken for an index entry") {
  const auto spoiled = [](u64 at, u64 value, unsigned width) {
    std::string entry = index_entry("gone.aspx") + std::string(100, '\0');
    put(entry, at, value, width);
    return names_in_index_slack(bytes_of(entry)).size();
  };
  CHECK(spoiled(8, 41, 2) == 0);          // length
  CHECK(spoiled(10, 0x42, 2) == 0);       // length of the key
  CHECK(spoiled(6, 0, 2) == 0);           // sequence number
  CHECK(spoiled(24, 5, 8) == 0);          // a time
  CHECK(spoiled(16 + 0x40, 200, 1) == 0); // length of the name
  CHECK(spoiled(16 + 0x41, 9, 1) == 0);   // namespace
}

TEST_CASE("names are read from the change journal despite holes and damage") {
  const std::string journal = std::string(4096, '\0') + journal_record("first.aspx") +
                              std::string(16, '\xEE') + journal_record("second.aspx") +
                              journal_record("cut.aspx").substr(0, 66);
  const std::vector<LostName> names = names_in_change_journal(bytes_of(journal)).names;
  REQUIRE(names.size() == 2);
  CHECK(names[0].name.name == "first.aspx");
  CHECK(names[1].name.name == "second.aspx");
  CHECK(names[1].file == FileReference{100, 7});
  CHECK(names[1].name.parent == FileReference{50, 3});
}

TEST_CASE("a separator in a name of the change journal is escaped, as in $FILE_NAME") {
  const std::vector<LostName> names =
      names_in_change_journal(bytes_of(journal_record("a/b") + "12345678")).names;
  REQUIRE(names.size() == 1);
  CHECK(names[0].name.name == "a\\u002fb");
}

TEST_CASE("invalid, torn or cut pages of $LogFile yield names or none, and never crash") {
  const unsigned seed = GENERATE(take(200, random(0U, 1U << 30)));
  std::mt19937 random(seed);
  std::string log;
  for (int i = 0; i < 4; ++i) {
    std::string page(4096, '\0');
    page.replace(0, 4, "RCRD");
    put(page, 4, 0x28, 2);
    put(page, 6, 9, 2);
    for (u64 at = 0x40; at + 200 < page.size(); at += 200)
      page.replace(at, index_entry("name.txt").size(), index_entry("name.txt"));
    log += page;
  }
  for (int i = 0; i < 60; ++i) log[random() % log.size()] = static_cast<char>(random());
  log[6 + 4096 * (random() % 4)] = static_cast<char>(random());
  log.resize(log.size() - random() % 3000);
  std::vector<std::byte> bytes(bytes_of(log).begin(), bytes_of(log).end());
  const std::vector<LostName> names = names_in_log_file(bytes).names;
  CHECK(names.size() <= 100);
}

TEST_CASE("entries with random bytes in them yield names or none, and never crash") {
  const unsigned seed = GENERATE(take(200, random(0U, 1U << 30)));
  std::mt19937 random(seed);
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += index_entry("name.txt") + journal_record("name.txt");
  for (int i = 0; i < 60; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
  CHECK(names_in_index_slack(bytes_of(bytes)).size() <= 8);
  CHECK(names_in_change_journal(bytes_of(bytes)).names.size() <= 16);
}

TEST_CASE("a record takes a lost name only if it has none and the name was its own") {
  PathIndex paths;
  paths.add(PathIndex::kRootRecord, 5, true, {});
  paths.add(30, 4, true, {});
  paths.add(31, 4, false, {});
  paths.add(32, 4, true, {{{5, 5}, "own.txt", {}, 1}});
  CHECK(paths.any_nameless());
  const auto lost = [](const char* name) { return FileName{{5, 5}, name, {}, 1}; };
  CHECK_FALSE(paths.add_lost_name({30, 3}, lost("another.txt"), kIndexSlack));
  CHECK(paths.add_lost_name({30, 4}, lost("found.txt"), kIndexSlack));
  CHECK_FALSE(paths.add_lost_name({30, 4}, lost("twice.txt"), kIndexSlack));
  CHECK(paths.add_lost_name({31, 3}, lost("deleted.txt"), kChangeJournal));
  CHECK_FALSE(paths.add_lost_name({32, 4}, lost("not.txt"), kIndexSlack));
  CHECK_FALSE(paths.add_lost_name({99, 1}, lost("no record.txt"), kIndexSlack));
  CHECK_FALSE(paths.any_nameless());
  CHECK(paths.paths(30).front().path == "/found.txt");
  CHECK(paths.paths(30).front().source == "index_slack");
  CHECK(paths.paths(31).front().source == "change_journal");
}
