// SPDX-License-Identifier: Apache-2.0
// NSRL's RDSv3: a SQLite database of known files, tens of gigabytes large. It is queried for each
// hash and never read into memory. One connection a thread.
#pragma once

#include "base/hash.h"
#include "model/case_record.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace coldsweep {

bool is_sqlite(const std::filesystem::path& file);

class KnownFiles {
public:
  /// Throws UsageError for a database that has no table FILE with hashes, or no index on any of
  /// them: each query would read all of it.
  explicit KnownFiles(const std::filesystem::path& file);
  ~KnownFiles();
  KnownFiles(KnownFiles&&) noexcept;

  HashKind kind() const; ///< of the hash that is queried: the strongest that has an index
  /// What the manifest says about it, without name and role.
  HashSetRecord record() const;

  /// The name and package of the file with this hash (hex): `notepad.exe (package 182052)`.
  std::optional<std::string> find(std::string_view hex);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
