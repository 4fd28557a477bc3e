// SPDX-License-Identifier: Apache-2.0
// A database file and its prepared statements. Failures are CaseWriteError, which names the
// file, or bad_alloc. Private to manifest/. One thread at a time.
#pragma once

#include "base/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace coldsweep {

class Statement {
public:
  /// Bind `?1`, `?2`, ... in order, for the next run of the statement. Texts and bytes must outlive
  /// that run.
  Statement& bind(i64 value);
  Statement& bind(std::string_view text);
  Statement& bind_bytes(std::string_view bytes);
  Statement& bind_null();

  /// Moves to the next row. False if there is none; the statement can then be run again.
  bool step();
  /// Runs a statement that gives no rows.
  void run();

  i64 integer(int column) const;
  bool is_null(int column) const;
  /// Text or bytes, valid until the next step.
  std::string_view bytes(int column) const;

private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  Statement(sqlite3_stmt* statement, std::string file);
  void check(int status) const;
  void reset() noexcept;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::string file_;
  int bound_ = 0;
};

class Database {
public:
  /// Opens an existing file for reading and writing.
  explicit Database(const std::filesystem::path& file);

  void run(const char* sql);
  Statement prepare(std::string_view sql) const;
  /// The first column of the first row.
  std::optional<i64> integer(std::string_view sql) const;

private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::string file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

} // namespace coldsweep
