// SPDX-License-Identifier: Apache-2.0
// Which of many patterns occur in content, in one pass (Hyperscan). A database is immutable and
// shared by threads; each thread has its own scratch. If Hyperscan was absent at build time, or
// does not know this processor, `search_available` is false and nothing else here is called.
#pragma once

#include "prefilter/packed_pattern.h"

#include <memory>
#include <optional>
#include <span>

namespace coldsweep {

bool search_available();
/// The library's version and the processor as it sees it. A database fits no other.
std::string search_platform();

struct SearchPattern {
  u32 id = 0; // several patterns may have the same
  const PackedPattern* pattern = nullptr;
  const SearchExpression* expression = nullptr; // of that pattern
};

class SearchScratch {
public:
  SearchScratch();
  ~SearchScratch();
  SearchScratch(SearchScratch&&) noexcept;
  SearchScratch& operator=(SearchScratch&&) noexcept;

private:
  friend class SearchDatabase;
  struct State;
  std::unique_ptr<State> state_;
};

class SearchDatabase {
public:
  /// A pattern that the library refuses is replaced by its core, and if that is refused too, by its
  /// most informative run of bytes.
  static SearchDatabase compile(std::span<const SearchPattern> patterns);
  /// From what `serialized` returned on the same platform; absent for anything else.
  static std::optional<SearchDatabase> restore(std::string_view bytes);

  ~SearchDatabase();
  SearchDatabase(SearchDatabase&&) noexcept;
  SearchDatabase& operator=(SearchDatabase&&) noexcept;

  u64 bytes() const; ///< of memory that it takes
  std::string serialized() const;
  /// Adds to `found` the ids of the patterns that occur, some perhaps twice. False if that can't be
  /// told.
  bool search(ByteView content, SearchScratch& scratch, std::vector<u32>& found) const;

private:
  struct State;
  explicit SearchDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace coldsweep
