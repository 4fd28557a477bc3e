// SPDX-License-Identifier: Apache-2.0
// Rules and what to search for in content of one size class and beginning. Built once, then
// immutable but for databases that are built on first use. Any thread.
#pragma once

#include "prefilter/conditions.h"
#include "prefilter/packed_formulas.h"
#include "prefilter/planted_fault.h"
#include "prefilter/search.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

namespace coldsweep {

/// What is searched for in place of a string.
struct SearchString {
  std::vector<const PackedPattern*> forms;   ///< of the string, or what replaces them
  std::vector<SearchExpression> expressions; ///< of each of these
  double rate = 0; ///< a guess how often it occurs in usual content, per byte

  explicit SearchString(const StringPlace& string); ///< which outlives this
  SearchString(const SearchString&) = delete;       // forms may refer to parts
  SearchString& operator=(const SearchString&) = delete;

private:
  std::list<PackedPattern> parts_; // a deque would take half a KiB for none
};

/// What is searched for, without repetitions: rules share many strings, often under other names.
class SearchStrings {
public:
  explicit SearchStrings(const std::vector<StringPlace>& places); ///< which outlive this

  /// `place`: its number among the places.
  u32 number_of(u32 place) const { return numbers_[place]; }
  const SearchString& operator[](u32 number) const { return strings_[number]; }
  /// How many patterns they have together.
  std::size_t patterns() const { return patterns_; }

private:
  std::vector<u32> numbers_;
  std::deque<SearchString> strings_; // which stay where they are
  std::size_t patterns_ = 0;
};

/// What classes take of memory, together. Any thread.
class ClassMemory {
public:
  explicit ClassMemory(u64 limit) : limit_(static_cast<i64>(limit)) {}

  /// Counts them, whatever the limit.
  void add(i64 bytes) { taken_ += bytes; }
  /// Counts them if they fit. Once something didn't, nothing does: what is small would be built in
  /// vain again and again for those that come last.
  bool take(u64 bytes);
  bool is_full() const { return full_; }
  u64 taken() const { return static_cast<u64>(std::max<i64>(taken_, 0)); }

private:
  const i64 limit_;
  std::atomic<i64> taken_ = 0;
  std::atomic<bool> full_ = false;
};

/// What classes are made of. Outlives them.
struct ClassMaterial {
  const Conditions& conditions;
  const SearchStrings& strings;
  const std::filesystem::path& cache_folder; ///< empty: databases are not kept
  ClassMemory& memory;
  PlantedFault fault = PlantedFault::none;
};

struct ClassOptions {
  SizeRange size;
  bool first_search = true;
  /// By number: the rules that the class has; null: all.
  const std::vector<u8>* among = nullptr;
  bool in_pieces = false; ///< the first search is made in pieces that overlap
};

class ContentClass {
public:
  struct Rule {
    u32 number = 0;
    u32 formula = 0; ///< its place among `formulas`
    bool needs_string = false;
  };

  /// A first search looks for few strings. If none of them occurs, no rule that needs a string can
  /// match.
  struct First {
    std::vector<u8> covering;               ///< by string: whether the search looks for it
    std::optional<SearchDatabase> database; ///< absent if it isn't worth it
    u64 overlap = 0;                        ///< of pieces, so that the search misses nothing
  };

  /// `known` answers the probes that have the same answer for all content of the class.
  ContentClass(const ClassMaterial& material, const ClassOptions& options,
               const std::function<Answer(u32 probe)>& known);

  std::vector<Rule> rules;          ///< that may match at all
  PackedFormulas formulas;          ///< of these; strings by their number in this class
  std::vector<u32> without_strings; ///< rules that may match if no string occurs
  std::vector<u32> strings;         ///< by their number in this class: what to search for

  /// The rules that have this string in their formula.
  std::span<const u32> watchers_of(u32 string) const {
    return std::span(watchers_).subspan(watchers_from_[string],
                                        watchers_from_[string + 1] - watchers_from_[string]);
  }

  bool is_in_pieces() const { return options_.in_pieces; }
  // The databases are built when they are first asked for.
  const First& first() const;
  /// For all strings. Null: every string may occur.
  const SearchDatabase* all() const;

  /// Of memory: what it takes, with a guess of what its databases will take.
  u64 expected_bytes() const;

private:
  void add_rules(const std::vector<u8>* among, const std::function<Answer(u32 probe)>& known);
  std::vector<u8> choose_cover() const;
  void prepare(First& first) const;
  std::vector<SearchPattern> patterns_of(const std::function<bool(u32 string)>& wanted) const;
  u64 expected_of_all() const;

  ClassMaterial material_;
  ClassOptions options_;
  std::vector<u32> watchers_, watchers_from_; // by string, where its watchers begin, and their end
  std::size_t patterns_ = 0;
  mutable std::once_flag first_asked_, all_asked_;
  mutable First first_;
  mutable std::optional<SearchDatabase> all_;
};

/// A guess of the memory that databases of so many patterns take.
u64 expected_bytes(std::size_t patterns, bool in_pieces);

} // namespace coldsweep
