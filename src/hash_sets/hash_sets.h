// SPDX-License-Identifier: Apache-2.0
// The hash sets of a sweep: known bad, known good, known (NSRL), and the files that Exchange
// shipped. Loaded by one thread, then shared; each thread has its own HashLookup.
#pragma once

#include "base/hash.h"
#include "hash_sets/shipped_files.h"
#include "model/case_record.h"
#include "model/outcome.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

/// A list in memory: one that is built in. `text` may be compressed with xz, and must outlive the
/// load.
struct BuiltinHashSet {
  std::string_view name;
  std::string_view text;
};

struct BuiltinHashSets {
  std::vector<BuiltinHashSet> known_bad;
  /// These judge files in web folders; no file is skipped because of them.
  std::vector<BuiltinHashSet> shipped_files;
};

struct HashSetFiles {
  std::vector<std::filesystem::path> known_bad, known_good;
  BuiltinHashSets builtin{};
};

/// A database that could no longer be read in the middle of a sweep.
struct HashSetFailure {
  std::string name;    ///< of the set, as in its record
  std::string message; ///< what SQLite says
};

class HashSets {
public:
  HashSets();
  /// Throws UsageError for a file that can't be read, or has no hash.
  static HashSets load(const HashSetFiles& files);
  ~HashSets();
  HashSets(HashSets&&) noexcept;
  HashSets& operator=(HashSets&&) noexcept;

  /// What the manifest says of each.
  const std::vector<HashSetRecord>& records() const;
  /// The kinds of hashes that the sets have; none without sets.
  HashKinds kinds() const;
  const ShippedFiles& shipped_files() const;
  /// Those that failed so far, each once, in the order of records(). Any thread.
  std::vector<HashSetFailure> failures() const;

private:
  friend class HashLookup;
  friend class HashSetLoader;
  struct State;
  std::unique_ptr<State> state_;
};

/// What the sets say about a content.
struct HashVerdict {
  std::vector<HashSetHit> bad; ///< one a set
  bool good = false;
  std::optional<HashSetHit> known;
};

/// One for each thread. The HashSets outlive it.
class HashLookup {
public:
  explicit HashLookup(const HashSets& sets);
  ~HashLookup();
  HashLookup(HashLookup&&) noexcept;

  /// `hashes` has at least the kinds of HashSets::kinds(). A database that can't be read is left
  /// out from then on, by all threads, and is among HashSets::failures().
  HashVerdict look_up(const Hashes& hashes);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
