// SPDX-License-Identifier: Apache-2.0
// Conditions -> quantities, and both in YARA-like words. Pure functions.
#pragma once

#include "prefilter/ast.h"
#include "prefilter/probe.h"

namespace coldsweep {

/// The expression as a quantity; absent if it depends on more than size and content.
std::optional<Quantity> quantity_of(const Expr& expr);

/// The test that `op` (of a comparison or a textual operator) makes of an external variable. The
/// caller sets the variable's number. Throws NotUnderstood.
std::optional<ExternalTest> external_test_of(const std::string& op, const Expr& right);

/// Whether this name of the module `pe` has a value only in PE files.
bool needs_pe(std::string_view name);

/// What libyara requires of a PE file before it gives any of these a value.
std::vector<Probe> pe_header_probes();

std::string show(const Quantity& quantity);
std::string show(const Comparison& comparison);
std::string show(const BytesAt& place);
std::string show(const ExternalTest& test);

} // namespace coldsweep
