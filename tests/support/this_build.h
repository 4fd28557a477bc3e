// SPDX-License-Identifier: Apache-2.0
// What differs between two builds that link the same compiled tests: how the product was
// compiled. Any thread.
#pragma once

namespace coldsweep::test {

/// The product is compiled with sanitizers, which slow it down several times.
extern const bool kSanitized;

/// The path of this build's `coldsweep`.
extern const char* const kProgram;

} // namespace coldsweep::test
