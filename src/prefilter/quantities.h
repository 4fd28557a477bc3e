// SPDX-License-Identifier: Apache-2.0
// Conditions -> quantities, and both in YARA-like words. Pure functions. Private to rules/.
#pragma once

#include "prefilter/probe.h"

namespace coldsweep {

/// The expression as a quantity, where it is one of size and content alone.
std::optional<Quantity> quantity_of(const Expr& expr);

/// What `op` (of a comparison or a textual operator) asks of an external variable, whose number is left to the caller.
/// Throws NotUnderstood.
std::optional<ExternalTest> external_test_of(const std::string& op, const Expr& right);

/// Whether this name of the module `pe` has a value only in PE files.
bool needs_pe(std::string_view name);

/// What libyara asks of a PE file before any of that.
std::vector<Probe> pe_header_probes();

std::string show(const Quantity& quantity);
std::string show(const Comparison& comparison);
std::string show(const BytesAt& place);
std::string show(const ExternalTest& test);

} // namespace coldsweep
