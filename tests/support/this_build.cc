// SPDX-License-Identifier: Apache-2.0
// Compiled into each test executable with the product's options, unlike the tests.
#include "support/this_build.h"

#include "base/types.h"

#include <malloc.h>

namespace coldsweep::test {
namespace {

/// A test sweeps hundreds of small images. By default, glibc gives their buffers back to the kernel
/// each time, and most of the time goes into page faults. AddressSanitizer's malloc ignores this.
/// The programs that a test starts keep the default.
const bool kKeepsFreedMemory = [] {
  return ::mallopt(M_MMAP_MAX, 0) == 1 && ::mallopt(M_TRIM_THRESHOLD, 256_MiB) == 1 &&
         ::mallopt(M_TOP_PAD, 64_MiB) == 1;
}();

} // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
const bool kSanitized = true;
#else
const bool kSanitized = false;
#endif

const char* const kProgram = COLDSWEEP_BINARY;

} // namespace coldsweep::test
