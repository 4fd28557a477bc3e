// SPDX-License-Identifier: Apache-2.0
// Rules and what to search for in content of one size class and beginning. Built once, then
// immutable. Any thread.
#pragma once

#include "prefilter/conditions.h"
#include "prefilter/planted_fault.h"
#include "prefilter/search.h"

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace coldsweep {

/// What is searched for in place of a string.
struct SearchString {
  std::vector<const Pattern*> forms;         ///< of the string, or what replaces them
  std::vector<SearchExpression> expressions; ///< of each of these
  double rate = 0; ///< a guess how often it occurs in usual content, per byte

  explicit SearchString(const StringPlace& string); ///< which outlives this
  SearchString(const SearchString&) = delete;       // forms may refer to parts
  SearchString& operator=(const SearchString&) = delete;

private:
  std::deque<Pattern> parts_;
};

/// What is searched for, without repetitions: rules share many strings, often under other names.
class SearchStrings {
public:
  explicit SearchStrings(const std::vector<StringPlace>& places); ///< which outlive this

  /// `place`: its number among the places.
  u32 number_of(u32 place) const { return numbers_[place]; }
  const SearchString& operator[](u32 number) const { return strings_[number]; }

private:
  std::vector<u32> numbers_;
  std::deque<SearchString> strings_; // which stay where they are
};

/// What classes are made of. Outlives them.
struct ClassMaterial {
  const Conditions& conditions;
  const SearchStrings& strings;
  const std::filesystem::path& cache_folder; ///< empty: databases are not kept
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
    Formula formula; ///< strings by their number in this class
    bool needs_string = false;
  };

  /// `known` answers the probes that have the same answer for all content of the class.
  ContentClass(const ClassMaterial& material, const ClassOptions& options,
               const std::function<Answer(u32 probe)>& known);

  std::vector<Rule> rules;                ///< that may match at all
  std::vector<u32> without_strings;       ///< rules that may match if no string occurs
  std::vector<std::vector<u32>> watchers; ///< by string: rules that have it in their formula
  std::vector<u32> strings;               ///< by their number in this class: what to search for

  // A first search looks for few strings. If none of them occurs, no rule that needs a string can
  // match.
  std::vector<u8> covering;            ///< by string: whether the first search looks for it
  std::optional<SearchDatabase> first; ///< absent if it isn't worth it
  u64 overlap = 0;                     ///< of pieces, so that the first search misses nothing

  /// For all strings; built on first use. Null: every string may occur.
  const SearchDatabase* all() const;

private:
  void add_rules(const std::vector<u8>* among, const std::function<Answer(u32 probe)>& known);
  void choose_cover(u64 size);
  void prepare_first(bool in_pieces);
  std::vector<SearchPattern> patterns_of(const std::function<bool(u32 string)>& wanted) const;

  ClassMaterial material_;
  mutable std::once_flag searched_;
  mutable std::optional<SearchDatabase> all_;
};

} // namespace coldsweep
