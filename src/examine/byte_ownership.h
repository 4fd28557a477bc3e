// SPDX-License-Identifier: Apache-2.0
// What became of a stream -> what became of the bytes that it owns on the volume. Pure functions, any thread.
#pragma once

#include "content/stream_content.h"
#include "model/outcome.h"

namespace coldsweep {

/// Bytes that stand on the volume for a range of the stream, as far as the evidence goes.
u64 held_on_volume(const ByteSource& source, const StreamRef& stream, u64 offset, u64 length);

/// Zeros by definition in the part of a window that is its own.
u64 holes_within(const StreamRef& stream, const Window& window);

/// What was skipped of a compressed stream is told by its share of the content.
SpaceShare byte_ownership(const StreamRef& stream, const ByteAccount& bytes, u64 unreadable);

} // namespace coldsweep
