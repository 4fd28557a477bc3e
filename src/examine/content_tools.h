// SPDX-License-Identifier: Apache-2.0
// What one thread examines content with, whether that is a stream, a carved part or an archive
// member.
#pragma once

#include "examine/examine_log.h"
#include "examine/examine_options.h"
#include "examine/names_scan.h"
#include "manifest/evidence_store.h"

namespace coldsweep {

struct ContentTools {
  Scanner& scanner;
  LogExaminer& logs;
  HashLookup* lookup; ///< null: no hash sets
  const ExamineOptions& options;
  const EvidenceStore& evidence;
  Deadline& deadline; ///< of the stream

  TimedScanner timed_scanner() const { return {scanner, deadline}; }
};

} // namespace coldsweep
