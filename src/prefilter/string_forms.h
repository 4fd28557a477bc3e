// SPDX-License-Identifier: Apache-2.0
// A string of a rule -> what is searched for in its place. Pure functions.
#pragma once

#include "prefilter/ast.h"
#include "prefilter/pattern.h"
#include "prefilter/planted_fault.h"

namespace coldsweep {

/// All forms the string may have in content, with its modifiers applied. Throws NotUnderstood.
std::vector<Pattern> forms_of(const StringDeclaration& string);

struct StringForms {
  std::vector<Pattern> all; ///< none if the string isn't understood
  std::string problem;      ///< why it can't be searched for; else empty
};

/// Never throws. `fault` is planted by tests.
StringForms string_forms(StringDeclaration declared, PlantedFault fault);

} // namespace coldsweep
