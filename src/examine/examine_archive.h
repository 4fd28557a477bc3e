// SPDX-License-Identifier: Apache-2.0
// A stream that is an archive -> findings in its members, and in members of nested archives. Used
// by one thread. Private to examine/.
#pragma once

#include "examine/content_tools.h"
#include "examine/examination.h"

namespace coldsweep {

/// Adds findings to Examination::complete, and issues. A member is named by its path in the
/// archive; in a nested archive by `inner.zip!/page.aspx`.
void examine_archive(Examination& work, ByteView content, const ContentTools& tools);

} // namespace coldsweep
