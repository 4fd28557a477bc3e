// SPDX-License-Identifier: Apache-2.0
// The case line: tool, image, rules and options. Pure functions: nothing depends on the machine.
#pragma once

#include "image/image.h"
#include "model/case_record.h"
#include "model/options.h"
#include "rules/rule_set.h"

namespace coldsweep {

CaseRecord build_case_record(const SweepOptions& options, const Image& image, const RuleSet& rules);

/// This build: `0.1.0`, and the commit it was built from (`unknown` outside of a checkout).
std::string tool_version();
std::string tool_commit();

} // namespace coldsweep
