// SPDX-License-Identifier: Apache-2.0
#include "manifest/sqlite.h"

#include "base/case_write_error.h"

#include <new>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace coldsweep {
namespace {

[[noreturn]] void fail(const std::string& file, sqlite3* database) {
  if (database == nullptr || sqlite3_errcode(database) == SQLITE_NOMEM) throw std::bad_alloc();
  const std::string why = sqlite3_errmsg(database);
  throw CaseWriteError(fmt::format("{}: {}", file, why));
}

} // namespace

Statement::Statement(sqlite3_stmt* statement, std::string file)
    : handle_(statement), file_(std::move(file)) {}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::check(int status) const {
  if (status != SQLITE_OK) fail(file_, sqlite3_db_handle(handle_.get()));
}

Statement& Statement::bind(i64 value) {
  check(sqlite3_bind_int64(handle_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  check(sqlite3_bind_text64(handle_.get(), ++bound_, text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_bytes(std::string_view bytes) {
  check(sqlite3_bind_blob64(handle_.get(), ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null() {
  check(sqlite3_bind_null(handle_.get(), ++bound_));
  return *this;
}

bool Statement::step() {
  const int status = sqlite3_step(handle_.get());
  if (status == SQLITE_ROW) return true;
  if (status != SQLITE_DONE) {
    // A later use of the statement needs a reset; the message must be taken before that.
    const std::string why = sqlite3_errmsg(sqlite3_db_handle(handle_.get()));
    reset();
    if (status == SQLITE_NOMEM) throw std::bad_alloc();
    throw CaseWriteError(fmt::format("{}: {}", file_, why));
  }
  reset();
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() noexcept {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  bound_ = 0;
}

i64 Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Database::Database(const std::filesystem::path& file) : file_(file.string()) {
  sqlite3* opened = nullptr;
  // A journal is used by one thread at a time, so SQLite needs no lock in each call. It must be a
  // file, not a link planted in its place, but the folder's own path may lead through links.
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(folder, error) / file.filename();
  const int status =
      sqlite3_open_v2((error ? file : real).c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  handle_.reset(opened);
  if (status != SQLITE_OK) fail(file_, opened);
  sqlite3_busy_timeout(opened, 5000);
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

void Database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(file_, handle_.get());
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK)
    fail(file_, handle_.get());
  return {statement, file_};
}

std::optional<i64> Database::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  if (!statement.step()) return std::nullopt;
  return statement.integer(0);
}

} // namespace coldsweep
