// SPDX-License-Identifier: Apache-2.0
// The hash sets of this folder, embedded at build time, for HashSets::load. Constant data, any
// thread.
#pragma once

#include "hash_sets/hash_sets.h"

namespace coldsweep {

BuiltinHashSets builtin_hash_sets();

} // namespace coldsweep
