// SPDX-License-Identifier: Apache-2.0
// A stream that is an archive -> findings in its members, and in those of archives within it. Used by one thread. Private to
// engine/.
#pragma once

#include "content/archive.h"
#include "examine/content_tools.h"
#include "examine/examination.h"

namespace coldsweep {

/// Adds issues, and to Examination::complete the findings. A member's path is that in its archive; within an archive in an
/// archive it is `inner.zip!/page.aspx`.
void examine_archive(Examination& work, ByteView content, const ContentTools& tools);

} // namespace coldsweep
