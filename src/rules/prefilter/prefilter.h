// SPDX-License-Identifier: Apache-2.0
// Content -> the rules that may match it, never too few. Any number of threads may ask at once, each with a scratch
// of its own; databases are built for each class of content when the first of it comes. Private to rules/.
#pragma once

#include "base/guarded.h"
#include "rules/prefilter/necessary.h"
#include "rules/prefilter/search.h"

#include <filesystem>
#include <map>
#include <memory>

namespace coldsweep {

struct PrefilterScratch {
  SearchScratch search;
  std::vector<u32> found;      // numbers of strings within the class
  std::vector<u8> present;     // by that number
  std::vector<u32> candidates; // numbers of rules within the class
  std::vector<u8> is_candidate;
};

/// Numbers of rules, in order. Those that need no string are much the same from one content to the next.
struct PossibleRules {
  std::vector<u32> without_strings, with_strings;
  bool empty() const { return without_strings.empty() && with_strings.empty(); }
};

class Prefilter {
public:
  explicit Prefilter(Conditions conditions, std::filesystem::path cache_folder = {});
  ~Prefilter();

  /// The rules that may match.
  void decide(ByteView content, const Externals& externals, PrefilterScratch& scratch,
              PossibleRules& rules) const;

  /// For raw space: the rules of which a string occurs, and that may match content of a size and a beginning that
  /// aren't known. Rules that are not understood are among them, whatever occurs.
  void decide_raw(ByteView content, PrefilterScratch& scratch, PossibleRules& rules) const;

  /// Whether the rule may match some content in which exactly these strings occur.
  bool may_match_somewhere(u32 rule, const std::function<bool(const StringPlace&)>& occurs) const;

  /// Whether the rule may match where exactly these strings occur.
  bool may_match(u32 rule, ByteView content, const Externals& externals,
                 const std::function<bool(const StringPlace&)>& occurs) const;

  const Conditions& conditions() const { return conditions_; }

private:
  struct ContentClass;
  struct ClassKey {
    u32 size = 0, beginning = 0;
    auto operator<=>(const ClassKey&) const = default;
  };

  ClassKey key_of(ByteView content) const;
  const ContentClass& class_of(ByteView content) const;
  const ContentClass& class_of(const ClassKey& key) const;
  std::unique_ptr<ContentClass> build(const ClassKey& key) const;
  void search(const ContentClass& of, ByteView content, PrefilterScratch& scratch) const;
  bool any_possible(const ContentClass& of, ByteView content, const Externals& externals) const;

  Conditions conditions_;
  std::vector<std::vector<SearchExpression>>
      expressions_;                    // of each form of each string: classes share most of them
  std::filesystem::path cache_folder_; // empty: databases are not kept
  std::vector<u32> telling_;           // probes of the beginning that tell classes apart
  struct Slot;
  mutable Guarded<std::map<ClassKey, std::shared_ptr<Slot>>> classes_;
};

} // namespace coldsweep
