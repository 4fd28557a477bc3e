// SPDX-License-Identifier: Apache-2.0
// The one way to finish findings, whatever content they are about: hash it, keep a copy, state what
// all findings of the stream share, and weigh. Used by one thread. Private to examine/.
#pragma once

#include "examine/content_tools.h"
#include "model/outcome.h"

#include <string>
#include <vector>

namespace coldsweep {

/// The bytes that findings are about: a stream read whole, a carved part, or an archive member.
struct FoundContent {
  ByteView bytes;
  const std::string& type; ///< from file_type_label()
  Hashes hashes;           ///< those computed so far
};

/// Finishes `findings` in place. `frame` holds what they all say. Each finding brings its cause,
/// its matches, and what is its own: part, member, `known`, first reasons, place in a log.
/// `content` is null where no single content can be hashed or kept: a name, or a stream that was
/// scanned window by window.
void finish_findings(std::vector<Finding>& findings, Finding frame, const FoundContent* content,
                     const ContentTools& tools);

} // namespace coldsweep
