// SPDX-License-Identifier: Apache-2.0
#include "prefilter/string_forms.h"

#include "prefilter/lexer.h"

#include <algorithm>

namespace coldsweep {
namespace {

constexpr double kLeastBits = 11; // of a string worth a search

void narrow_jumps(Pattern& form) {
  for (Pattern& part : form.parts)
    if (part.kind == Pattern::Kind::repeat && part.most > part.least) part.most = part.least;
}

} // namespace

StringForms string_forms(StringDeclaration declared, PlantedFault fault) {
  if (fault == PlantedFault::forget_wide && declared.wide) declared.wide = !(declared.ascii = true);
  if (fault == PlantedFault::forget_nocase) declared.nocase = false;
  if (fault == PlantedFault::forget_xor_keys && declared.xor_keys) declared.xor_keys->second /= 2;
  if (fault == PlantedFault::exclude_newline) declared.dot_all = false;
  StringForms forms;
  try {
    forms.all = forms_of(declared);
  } catch (const NotUnderstood& e) {
    forms.problem = e.what();
    return forms;
  }
  if (fault == PlantedFault::forget_base64_alignment && (declared.base64 || declared.base64wide) &&
      forms.all.size() > 1)
    forms.all.pop_back();
  if (fault == PlantedFault::narrow_hex_jump && declared.kind == StringDeclaration::Kind::hex)
    std::for_each(forms.all.begin(), forms.all.end(), narrow_jumps);
  const bool worth = std::all_of(forms.all.begin(), forms.all.end(), [](const Pattern& form) {
    return bits_of(necessary_runs(form)) >= kLeastBits;
  });
  if (!worth) forms.problem = "too short or too common to search for";
  return forms;
}

} // namespace coldsweep
