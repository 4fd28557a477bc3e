// SPDX-License-Identifier: Apache-2.0
// NSRL's RDSv3: a database that is queried, never loaded.
#include "support/catch.h"
#include "support/hash_all.h"
#include "support/temp_dir.h"

#include "base/error.h"
#include "base/file.h"
#include "hash_sets/hash_sets.h"
#include "manifest/sqlite.h"

#include <sqlite3.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

// The published schema; hashes in upper case, as published.
constexpr const char* kSchema = R"(
CREATE TABLE FILE (sha256 VARCHAR NOT NULL, sha1 VARCHAR NOT NULL, md5 VARCHAR NOT NULL, crc32 VARCHAR NOT NULL,
  file_name VARCHAR NOT NULL, file_size INTEGER NOT NULL, package_id INTEGER NOT NULL,
  CONSTRAINT PK_FILE__FILE PRIMARY KEY (sha256, sha1, md5, file_name, file_size, package_id));
CREATE TABLE MFG (manufacturer_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE OS (operating_system_id INTEGER, name VARCHAR NOT NULL, version VARCHAR NOT NULL, manufacturer_id INTEGER);
CREATE TABLE PKG (package_id INTEGER NOT NULL, name VARCHAR NOT NULL, version VARCHAR NOT NULL);
CREATE TABLE VERSION (version VARCHAR UNIQUE NOT NULL, build_set VARCHAR NOT NULL, build_date TIMESTAMP NOT NULL,
  release_date TIMESTAMP NOT NULL, description VARCHAR NOT NULL);
INSERT INTO VERSION VALUES ('2024.03.1', 'modern', '2024-02-01', '2024-03-01', 'RDS');
)";

fs::path database(const TempDir& folder, const std::string& sql) {
  const fs::path path = folder / "RDS_2024.03.1_modern#minimal.db";
  File::create(path);
  Database(path).run(sql.c_str());
  return path;
}

std::string insert(std::string_view content, const std::string& name, const char* function) {
  const Hashes h = hash_all(bytes_of(content));
  return "INSERT INTO FILE (sha256, sha1, md5, crc32, file_name, file_size, package_id) SELECT " +
         std::string(function) + "('" + h.sha256 + "'), " + function + "('" + h.sha1 + "'), " +
         function + "('" + h.md5 + "'), '00000000', '" + name + "', 1, 77;";
}

std::string refusal(const fs::path& file) {
  try {
    HashSets::load({{}, {file}});
  } catch (const UsageError& e) {
    return e.what();
  }
  return "accepted";
}

} // namespace

TEST_CASE(
    "opening a database of a million files neither reads nor loads it, and queries use its index") {
  const TempDir folder;
  const fs::path path = database(folder, std::string(kSchema) + R"(
    PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
    INSERT INTO FILE WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
      SELECT printf('%064X', i * 7919), printf('%040X', i), printf('%032X', i), '00000000', 'f' || i, i, 1 FROM n;)" +
                                             insert("known tool", "nc.exe", "upper"));
  REQUIRE(fs::file_size(path) > 200'000'000);
  const i64 before = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  const HashSets sets = HashSets::load({{}, {path}});
  CHECK(sqlite3_memory_used() - before < 64 * 1024); // and nothing stays once it is checked

  HashLookup lookup(sets);
  for (u64 i = 0; i < 500; ++i) {
    Hashes hashes;
    hashes.sha256 = sha256_of(std::to_string(i));
    REQUIRE(!lookup.look_up(hashes).known);
  }
  const HashVerdict verdict = lookup.look_up(hash_all(bytes_of(std::string_view("known tool"))));
  REQUIRE(verdict.known);
  CHECK(verdict.known->name == path.filename());
  CHECK(verdict.known->entry == "nc.exe (package 77)");
  CHECK(!verdict.good);
  CHECK(verdict.bad.empty());
  CHECK(sqlite3_memory_highwater(0) - before < 8 * 1024 * 1024);

  const HashSetRecord& record = sets.records().at(0);
  CHECK(record.format == "nsrl_rdsv3");
  CHECK(record.role == "known");
  CHECK(record.size == fs::file_size(path));
  CHECK(record.sha256_of_ends);
  CHECK(record.version == "2024.03.1, modern, 2024-02-01, 2024-03-01, RDS");
  CHECK(!record.entries);
  CHECK(sets.kinds() == HashKinds{false, false, true});
}

TEST_CASE("columns are found by name, hashes in either case, and a view works as a table") {
  const TempDir folder;
  const fs::path path = database(folder, R"(
    CREATE TABLE HASHES (package INTEGER, MD5 TEXT, name TEXT); CREATE INDEX by_md5 ON HASHES (MD5);
    CREATE VIEW FILE AS SELECT name AS file_name, MD5 AS md5 FROM HASHES;
    INSERT INTO HASHES VALUES (1, 'd41d8cd98f00b204e9800998ecf8427e', 'empty');)");
  const Hashes tool = hash_all(bytes_of(std::string_view("tool")));
  Database(path).run(("INSERT INTO HASHES VALUES (1, '" + tool.md5 + "', 'a.exe')").c_str());
  const HashSets sets = HashSets::load({{}, {path}});
  CHECK(sets.kinds() == HashKinds{true, false, false});
  HashLookup lookup(sets);
  const HashVerdict verdict = lookup.look_up(tool);
  REQUIRE(verdict.known);
  CHECK(verdict.known->entry == "a.exe");
  CHECK(!lookup.look_up(hash_all(bytes_of(std::string_view("other")))).known);
}

TEST_CASE("a database without an index on its hashes is refused, with what to do about it") {
  const TempDir folder;
  const fs::path path = database(
      folder, "CREATE TABLE FILE (sha256, sha1, md5, crc32, file_name, file_size, package_id)");
  CHECK_THAT(refusal(path), Catch::Matchers::ContainsSubstring("no index") &&
                                Catch::Matchers::ContainsSubstring(path.string()) &&
                                Catch::Matchers::ContainsSubstring("CREATE INDEX"));
  Database(path).run("CREATE INDEX by_sha1 ON FILE (sha1)");
  CHECK(HashSets::load({{}, {path}}).kinds() == HashKinds{false, true, false});
}

TEST_CASE("a database without a table of files is refused, and so is a damaged one") {
  const TempDir folder;
  CHECK_THAT(refusal(database(folder, "CREATE TABLE OTHER (sha256)")),
             Catch::Matchers::ContainsSubstring("table FILE"));
  const TempDir second;
  File damaged = File::create(second / "x.db");
  damaged.append(bytes_of(std::string("SQLite format 3\0", 16) + std::string(5000, 'x')));
  CHECK_THAT(refusal(second / "x.db"), Catch::Matchers::ContainsSubstring("table FILE"));
}
