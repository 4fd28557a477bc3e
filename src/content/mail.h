// SPDX-License-Identifier: Apache-2.0
// A mail message as a file (RFC 5322 with MIME: .eml, .mht, Exchange's pickup folder) -> its MIME
// parts, decoded by GMime. It is checked against bounds before it is parsed, since the parser has
// none. Any thread.
#pragma once

#include "content/archive_walk.h"

namespace coldsweep {

/// Whether it begins with a message header that states a content type, or that a uuencoded file
/// follows soon. A byte order mark and blank lines may precede it. Cheap.
bool is_mail(ByteView content);

/// Passes each part that is not a container to `use`, under its file name or as `part-N`, counted
/// from 1, and after it the files that are uuencoded in it. The names in further messages of a
/// mailbox file begin with `message-N/`.
ArchiveWalk walk_mail(ByteView content, ArchiveBudget& budget, const UseMember& use);

} // namespace coldsweep
