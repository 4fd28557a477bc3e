// SPDX-License-Identifier: Apache-2.0
// Compiled into each test executable with the product's options, unlike the tests.
#include "support/this_build.h"

namespace coldsweep::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
const bool kSanitized = true;
#else
const bool kSanitized = false;
#endif

const char* const kProgram = COLDSWEEP_BINARY;

} // namespace coldsweep::test
