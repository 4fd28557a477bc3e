// SPDX-License-Identifier: Apache-2.0
// One function per command: arguments in, exit status out. Results go to stdout, messages to
// stderr. Only `sweep` handles signals; all other commands just end.
#pragma once

#include "cli/arguments.h"

namespace coldsweep {

/// Call it while there is only one thread. Handles signals, and writes all of stdout: a case is
/// sealed or not, whether or not anyone can read that here.
int run_sweep(const SweepArguments& arguments);
int run_info(const InfoArguments& arguments);
int run_verify(const VerifyArguments& arguments);
int run_report(const ReportArguments& arguments);
int run_export(const ExportArguments& arguments);
int run_timestamp(const TimestampArguments& arguments);
int run_rules(const RulesArguments& arguments);

} // namespace coldsweep
