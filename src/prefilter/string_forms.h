// SPDX-License-Identifier: Apache-2.0
// A string of a rule -> what is searched for in its place. Pure functions. Private to rules/.
#pragma once

#include "prefilter/necessary.h"

namespace coldsweep {

struct StringForms {
  std::vector<Pattern> all; ///< none where the string isn't understood
  std::string problem;      ///< why it can't be searched for; empty when it can
};

/// `fault` is planted by tests.
StringForms string_forms(StringDeclaration declared, PlantedFault fault);

} // namespace coldsweep
