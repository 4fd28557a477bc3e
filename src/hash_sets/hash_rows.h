// SPDX-License-Identifier: Apache-2.0
// The lines of a hash list -> rows, in any form: one hash a line (also `HASH;comment`, and the
// output of sha256sum and `openssl dgst`), CSV with a header, hashdeep. The content tells the form.
// One thread.
#pragma once

#include "hash_sets/text_lines.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// The strongest hash of a line in lower-case hex, and the rest of the line.
struct HashRow {
  std::string hash;             ///< 32, 40 or 64 digits: MD5, SHA-1, SHA-256
  std::string note;             ///< comment, source, file name; may be empty
  std::string path, last_build; ///< of a list of shipped files, else empty
};

class HashRows {
public:
  explicit HashRows(TextLines& lines) : lines_(lines) {}

  /// The next row with a hash. Skips comments, blank lines and indicators of other kinds. Counts
  /// lines that should have a hash and don't.
  std::optional<HashRow> next();

  std::string_view format() const; ///< `text`, `csv`, `hashdeep`; known after the first row
  /// A table of files and the builds that shipped them: columns sha256, path, first_build,
  /// last_build.
  bool is_shipped_list() const { return columns_ && columns_->path && columns_->last_build; }
  /// The table of files of NSRL's RDS as CSV: known files, not good ones.
  bool is_nsrl() const { return columns_ && columns_->nsrl; }

  u64 bad_lines() const { return bad_lines_; }
  /// `line 7: a hash expected`, of the first bad line; empty without one.
  const std::string& first_bad() const { return first_bad_; }

private:
  using Column = std::optional<std::size_t>;
  struct Columns {
    char separator = ',';
    Column md5, sha1, sha256, type, indicator, path, first_build, last_build;
    std::vector<std::size_t> notes;
    bool hashdeep = false, nsrl = false;
  };
  static std::optional<Columns> header(std::string_view line);
  std::optional<HashRow> parse(std::string_view line);
  std::optional<HashRow> parse_fields(std::string_view line);
  void bad(const std::string& why);

  TextLines& lines_;
  bool begun_ = false;
  std::optional<Columns> columns_;
  u64 bad_lines_ = 0;
  std::string first_bad_;
};

} // namespace coldsweep
