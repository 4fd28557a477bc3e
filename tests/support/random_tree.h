// SPDX-License-Identifier: Apache-2.0
// A random NTFS image that is the same for the same seed: the generator of the property tests. Any
// thread.
#pragma once

#include "support/ntfs_image.h"

namespace coldsweep::test {

/// Some dozen files and folders of every kind the builder knows. `description()` names the seed for
/// failure messages.
NtfsImage random_tree(u64 seed);

} // namespace coldsweep::test
