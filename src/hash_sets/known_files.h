// SPDX-License-Identifier: Apache-2.0
// NSRL's RDSv3: a database of known files in SQLite, tens of gigabytes large. It is asked hash by hash and never read
// into memory. Private to rules/. One connection a thread.
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
  /// Throws UsageError for a database without a table FILE that has hashes, or without an index on any of them: each
  /// question would read all of it.
  explicit KnownFiles(const std::filesystem::path& file);
  ~KnownFiles();
  KnownFiles(KnownFiles&&) noexcept;

  HashKind kind() const; ///< of the hash that is asked for: the strongest that has an index
  /// What the manifest says of it, without name and role.
  HashSetRecord record() const;

  /// The name and package of the file with that hash (hex): `notepad.exe (package 182052)`.
  std::optional<std::string> find(std::string_view hex);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
