// SPDX-License-Identifier: Apache-2.0
// What we need to know about a rule file's own text, whether libyara accepts it or not: does it
// read external variables, which files does it include, which rules may its conditions refer to.
#pragma once

#include "base/types.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

struct IncludeStatement {
  std::string name;      ///< as written
  u64 line = 0;          ///< 1-based
  std::size_t begin = 0; ///< in the text without a byte order mark
  std::size_t at = 0;    ///< of the name there; a quote ends it and the statement
};

struct SourceTraits {
  /// Those that depend on more than content; also if in doubt.
  bool reads_externals = false;
  std::set<std::string> further_externals; ///< names that may mean one of kFurtherExternals
  bool has_rules = false;                  ///< of its own; also if in doubt
  std::vector<IncludeStatement> includes;  ///< of a source that we don't understand: the first ones
};

SourceTraits traits_of(std::string_view source);

/// The names that occur in a source.
class RuleMentions {
public:
  explicit RuleMentions(std::string_view source);

  /// Whether a condition of the source may refer to its rule `name`: the name occurs more than
  /// once, or a `prefix*` of it does. True if in doubt.
  bool may_be_referred_to(const std::string& name) const;

private:
  bool is_complete_ = false;
  std::multiset<std::string> words_;
  std::set<std::string> prefixes_;
};

} // namespace coldsweep
