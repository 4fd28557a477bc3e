// SPDX-License-Identifier: Apache-2.0
// Rule files that refer to each other's rules -> one source, whose namespace is `default`, as
// `yara a.yar b.yar` has it. Private to rules/.
#pragma once

#include "rules/rule_input.h"

namespace coldsweep {

/// `alone`: the sources as compile_sources() gave them, each in a namespace of its own. Files that
/// need rules of others follow these, whatever their order was. A file that defines a rule twice,
/// or doesn't compile among the others, is added to the rejections. The result has one source,
/// `merged`. Throws RuleError.
CompiledSources compile_in_one_namespace(CompiledSources alone, RuleInput& input);

} // namespace coldsweep
