// SPDX-License-Identifier: Apache-2.0
// A content of its own within a stream: a piece of raw space, a member of an archive. What is found in it has its size, its
// hashes and its copy, and all else from the stream. Used by one thread. Private to examine/.
#pragma once

#include "examine/examination.h"

namespace coldsweep {

/// What such contents are examined with, as streams are.
struct ContentTools {
  Scanner& scanner;
  const ExamineOptions& options;
  const EvidenceStore& evidence;
};

struct ContentPiece {
  ByteView bytes;
  const std::string& type; ///< of file_type_label()
  Hashes hashes;           ///< those that were computed
};

/// Completes and weighs findings, and adds them to Examination::complete. A hit has its cause, its matches in place, and what
/// says where in the stream it is: part or member; and `known`.
void add_content_findings(Examination& work, const ContentPiece& content, const ContentTools& tools,
                          std::vector<Finding>&& hits);

} // namespace coldsweep
