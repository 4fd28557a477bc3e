// SPDX-License-Identifier: Apache-2.0
#include "base/free_memory.h"

#include "base/process_memory.h"

#include <algorithm>

#include <malloc.h>

namespace coldsweep {
namespace {

/// Most of what is held may be in use. Then there is little to give back, and each try costs as
/// much.
constexpr u64 kWorthwhile = 64_MiB;

} // namespace

void give_back_free_memory() { ::malloc_trim(0); }

void FreeMemoryLimit::check() {
  if (process_memory().resident <= next_) return;
  give_back_free_memory();
  next_ = std::max(bytes_, process_memory().resident + kWorthwhile);
}

} // namespace coldsweep
