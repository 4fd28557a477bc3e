// SPDX-License-Identifier: Apache-2.0
// The account of a stream -> an account of the volume's bytes that the stream owns. Pure functions,
// any thread.
#pragma once

#include "content/stream_content.h"
#include "model/outcome.h"

namespace coldsweep {

/// Bytes that the volume stores for a range of the stream, up to the end of the evidence.
u64 held_on_volume(const ByteSource& source, const StreamRef& stream, u64 offset, u64 length);

/// Bytes that are zero by definition in the window's own part.
u64 holes_within(const StreamRef& stream, const Window& window);

/// Skipped bytes of a compressed stream are estimated by their share of the content.
SpaceShare byte_ownership(const StreamRef& stream, const ByteAccount& bytes, u64 unreadable);

} // namespace coldsweep
