// SPDX-License-Identifier: Apache-2.0
// A mail message as its file holds it (RFC 5322 with MIME: .eml, .mht, Exchange's pickup folder) -> its parts, decoded, by
// GMime. Bounded before it is parsed, since the parser has no bounds of its own. Any thread.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

/// Whether it begins with the header of a message that says what its content is. Cheap.
bool is_mail(ByteView content);

/// Hands out each part that is no container, under its file name or as `part-N`, counted from 1.
ArchiveWalk walk_mail(ByteView content, ArchiveBudget& budget, const UseMember& use);

} // namespace coldsweep
