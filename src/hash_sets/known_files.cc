// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/known_files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

namespace coldsweep {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr u64 kEnd = 1_MiB;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using DatabaseHandle = std::unique_ptr<sqlite3, CloseDatabase>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

struct HashColumn {
  const char* name;
  HashKind kind;
};
constexpr std::array kColumns{HashColumn{"sha256", HashKind::sha256},
                              HashColumn{"sha1", HashKind::sha1}, HashColumn{"md5", HashKind::md5}};

/// `immutable`: SQLite doesn't lock the file, and neither looks for a journal next to it nor
/// creates one.
std::string uri_of(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02X}", static_cast<u8>(c));
    else
      uri += c;
  }
  return uri + "?mode=ro&immutable=1";
}

std::string text_of(sqlite3_stmt* statement, int column) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

std::string upper(std::string_view hex) {
  std::string text(hex);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return text;
}

/// Of the first and the last MiB, for a file that takes minutes to read.
std::string sha256_of_ends(const File& file) {
  std::vector<std::byte> piece(std::min<u64>(file.size(), kEnd));
  Hasher hasher(HashKind::sha256);
  file.read(0, piece);
  hasher.add(piece);
  file.read(file.size() - piece.size(), piece);
  hasher.add(piece);
  return hasher.finish();
}

} // namespace

struct KnownFiles::State {
  std::string file;
  DatabaseHandle database;
  StatementHandle query;
  HashColumn column = kColumns[0];
  bool has_package = false;

  [[noreturn]] void fail() const {
    if (sqlite3_errcode(database.get()) == SQLITE_NOMEM) throw std::bad_alloc();
    throw Error(fmt::format("{}: {}", file, sqlite3_errmsg(database.get())));
  }

  void open() {
    sqlite3* opened = nullptr;
    const int status = sqlite3_open_v2(uri_of(file).c_str(), &opened,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    database.reset(opened);
    if (status != SQLITE_OK) fail();
    sqlite3_exec(opened, "PRAGMA trusted_schema=OFF", nullptr, nullptr, nullptr);
    sqlite3_exec(opened, "PRAGMA mmap_size=0", nullptr, nullptr, nullptr);
  }

  /// Null if the statement does not fit the database.
  StatementHandle prepare(const std::string& sql) const {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement, nullptr);
    return StatementHandle(statement);
  }

  /// Absent if the database is damaged, or has no such table.
  std::optional<std::vector<std::string>> columns_of(const std::string& table) const {
    const StatementHandle statement = prepare(fmt::format("SELECT * FROM \"{}\" LIMIT 0", table));
    if (!statement) return std::nullopt;
    std::vector<std::string> names;
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i)
      names.push_back(ascii_lower(sqlite3_column_name(statement.get(), i)));
    return names;
  }

  /// Whether the query reads a few pages, not the whole table. FILE may be a view of other tables.
  bool is_indexed(const std::string& sql) const {
    const StatementHandle plan = prepare("EXPLAIN QUERY PLAN " + sql);
    bool searches = false;
    while (plan && sqlite3_step(plan.get()) == SQLITE_ROW) {
      const std::string step = text_of(plan.get(), 3);
      if (step.starts_with("SCAN") && !step.starts_with("SCAN (subquery")) return false;
      searches = searches || step.starts_with("SEARCH");
    }
    return searches;
  }

  std::string version() const {
    const StatementHandle row = prepare("SELECT * FROM VERSION ORDER BY 1 DESC LIMIT 1");
    std::string text;
    if (!row || sqlite3_step(row.get()) != SQLITE_ROW) return text;
    for (int i = 0; i < sqlite3_column_count(row.get()); ++i)
      text += (text.empty() ? "" : ", ") + text_of(row.get(), i);
    return text;
  }

  void choose_query() {
    const std::optional<std::vector<std::string>> names = columns_of("FILE");
    if (!names)
      throw UsageError(fmt::format("{}: an NSRL database (RDSv3) with a table FILE expected: {}",
                                   file, sqlite3_errmsg(database.get())));
    const auto has = [&](std::string_view name) {
      return std::find(names->begin(), names->end(), name) != names->end();
    };
    has_package = has("package_id");
    std::string not_indexed;
    for (const HashColumn& candidate : kColumns) {
      if (!has(candidate.name)) continue;
      // Published sets have their hashes in upper case, others in lower case.
      const std::string sql = fmt::format("SELECT {}, {} FROM FILE WHERE {} IN (?1, ?2) LIMIT 1",
                                          has("file_name") ? "file_name" : "''",
                                          has_package ? "package_id" : "''", candidate.name);
      if (!is_indexed(sql)) {
        if (not_indexed.empty()) not_indexed = candidate.name;
        continue;
      }
      column = candidate;
      query = prepare(sql);
      if (!query) fail();
      return;
    }
    if (not_indexed.empty())
      throw UsageError(
          fmt::format("{}: its table FILE has none of the columns sha256, sha1, md5", file));
    throw UsageError(
        fmt::format("{}: no index on the hashes of its table FILE: each question would read all of "
                    "it. Make one "
                    "in a copy: sqlite3 COPY 'CREATE INDEX coldsweep_hash ON FILE ({})'",
                    file, not_indexed));
  }
};

bool is_sqlite(const std::filesystem::path& path) {
  const File file = File::open(path);
  if (file.size() < kMagic.size()) return false;
  std::array<std::byte, kMagic.size()> head{};
  file.read(0, head);
  return chars_of(head) == kMagic;
}

KnownFiles::KnownFiles(const std::filesystem::path& file) : state_(std::make_unique<State>()) {
  state_->file = file.string();
  state_->open();
  state_->choose_query();
}
KnownFiles::~KnownFiles() = default;
KnownFiles::KnownFiles(KnownFiles&&) noexcept = default;

HashKind KnownFiles::kind() const { return state_->column.kind; }

HashSetRecord KnownFiles::record() const {
  const File file = File::open(state_->file);
  HashSetRecord record;
  record.format = "nsrl_rdsv3";
  record.size = file.size();
  record.sha256 = sha256_of_ends(file);
  record.sha256_of_ends = true;
  record.version = state_->version();
  record.notes.push_back(fmt::format("asked by {}", state_->column.name));
  return record;
}

std::optional<std::string> KnownFiles::find(std::string_view hex) {
  sqlite3_stmt* const query = state_->query.get();
  const std::string capitals = upper(hex);
  for (const auto& [index, text] : {std::pair(1, hex), std::pair(2, std::string_view(capitals))})
    sqlite3_bind_text64(query, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  const int status = sqlite3_step(query);
  std::optional<std::string> found;
  if (status == SQLITE_ROW) {
    found = text_of(query, 0);
    if (state_->has_package) *found += fmt::format(" (package {})", text_of(query, 1));
  } else if (status != SQLITE_DONE) {
    state_->fail();
  }
  sqlite3_reset(query);
  sqlite3_clear_bindings(query);
  return found;
}

} // namespace coldsweep
