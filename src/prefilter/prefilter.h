// SPDX-License-Identifier: Apache-2.0
// Content -> the rules that may match it, never too few. Any number of threads may ask at once,
// each with its own scratch. The databases of a class are built when its first content arrives.
#pragma once

#include "base/guarded.h"
#include "prefilter/content_class.h"
#include "prefilter/next_piece.h"

#include <array>
#include <map>
#include <mutex>
#include <span>

namespace coldsweep {

struct PrefilterScratch {
  SearchScratch search;
  std::vector<u32> found;      // numbers of strings within the class
  std::vector<u8> present;     // by that number
  std::vector<u32> candidates; // numbers of rules within the class
  std::vector<u8> is_candidate;
  std::vector<std::byte> head; // of content that comes in pieces
  bool left_open = false; // by its first search, which needn't be repeated once it is held whole
};

/// Numbers of rules, in order. The rules that need no string are much the same for all content.
struct PossibleRules {
  std::vector<u32> without_strings, with_strings;
};

/// Classes of content differ in size first.
inline constexpr std::size_t kSizeClasses = 8;

class Prefilter {
public:
  /// `of_records`: by rule, whether it is evaluated on the records of logs. `memory`: bytes for
  /// classes; content whose class has no room shares one with all other such content. `fault` is
  /// planted by tests.
  Prefilter(Conditions conditions, std::vector<u8> of_records, std::filesystem::path cache_folder,
            u64 memory, PlantedFault fault);
  ~Prefilter();

  /// The rules that may match.
  void decide(ByteView content, const Externals& externals, PrefilterScratch& scratch,
              PossibleRules& rules) const;

  /// Whether no rule but `excepted` can match content of `size` bytes under any of these names. If
  /// true, all pieces were read. False means nothing, and is returned as early as possible.
  bool rules_out(u64 size, std::span<const Externals> names, const NextPiece& next,
                 const std::function<bool(u32 rule)>& excepted, PrefilterScratch& scratch) const;

  /// For raw space: the rules that have a string that occurs, and that may match content of unknown
  /// size and beginning. Rules that aren't understood are always among them.
  void decide_raw(ByteView content, PrefilterScratch& scratch, PossibleRules& rules) const;

  /// Whether any rule that is evaluated on records may match one of these.
  bool may_match_records(ByteView records, PrefilterScratch& scratch) const;

  /// Whether the rule may match some content in which exactly these strings occur.
  bool may_match_somewhere(u32 rule, const std::function<bool(const StringPlace&)>& occurs) const;

  /// Whether the rule may match where exactly these strings occur.
  bool may_match(u32 rule, ByteView content, const Externals& externals,
                 const std::function<bool(const StringPlace&)>& occurs) const;

  const Conditions& conditions() const { return conditions_; }

  /// What the classes take, those that are yet to be built included.
  u64 class_bytes() const { return memory_.taken(); }
  /// Whether some content had to share a class.
  bool shares_class() const { return memory_.is_full(); }

private:
  struct ClassKey {
    u32 size = 0, beginning = 0;
    auto operator<=>(const ClassKey&) const = default;
  };
  struct Discriminators {
    std::once_flag chosen;
    std::vector<u32> probes;
  };

  ClassKey key_of(const KnownContent& content) const;
  /// Probes of the beginning that distinguish the classes of this size.
  const std::vector<u32>& discriminators(u32 size_class) const;
  const ContentClass& class_of(const ClassKey& key) const;
  std::shared_ptr<const ContentClass> shared_class(const ClassKey& key) const;
  std::shared_ptr<const ContentClass> build(const ClassKey& key) const;
  bool any_possible(const ContentClass& of, const KnownContent& content,
                    const Externals& externals) const;
  bool is_worth_full_search(const ContentClass& of, ByteView content, const Externals& externals,
                            PrefilterScratch& scratch) const;

  Conditions conditions_;
  SearchStrings strings_;
  std::filesystem::path cache_folder_; // empty: databases are not kept
  PlantedFault fault_;
  std::vector<u8> of_records_;
  mutable std::array<Discriminators, kSizeClasses> discriminators_;
  struct Slot;
  mutable ClassMemory memory_;
  mutable Guarded<std::map<ClassKey, std::shared_ptr<Slot>>> classes_;
};

} // namespace coldsweep
