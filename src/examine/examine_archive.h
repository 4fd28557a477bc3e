// SPDX-License-Identifier: Apache-2.0
// A stream that is an archive -> findings in its members, and in those of archives within it. Used by one thread. Private to
// engine/.
#pragma once

#include "content/archive.h"
#include "examine/content_findings.h"

namespace coldsweep {

struct MemberTools {
  ContentTools content;
  HashLookup* lookup; ///< null: none
  ArchiveLimits limits;
};

/// Adds complete and weighed findings and issues to the examination. A member's path is that in its archive; of an
/// archive in an archive, `inner.zip!/page.aspx`.
void examine_archive(Examination& work, ByteView content, const MemberTools& tools);

} // namespace coldsweep
