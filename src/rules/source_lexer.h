// SPDX-License-Identifier: Apache-2.0
// The two things we must know of a rule file beyond what libyara tells: whether its result may
// depend on an external variable, and which files it includes. Private to rules/.
#pragma once

#include "base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace coldsweep {

struct IncludeStatement {
  std::string name; ///< as written
  u64 line = 0;     ///< 1-based
};

struct SourceTraits {
  bool reads_externals = false; ///< never too narrow: when in doubt, true
  std::vector<IncludeStatement> includes;
};

SourceTraits traits_of(std::string_view source);

} // namespace coldsweep
