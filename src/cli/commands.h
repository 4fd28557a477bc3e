// SPDX-License-Identifier: Apache-2.0
// One function per command: arguments in, exit status out. Results go to stdout, messages to
// stderr.
#pragma once

#include "base/stop.h"
#include "cli/arguments.h"

#include <atomic>

namespace coldsweep {

/// `stop` becomes true when a signal asks to stop; `signal` is that signal, or 0.
int run_sweep(const SweepArguments& arguments, const StopFlag& stop,
              const std::atomic<int>& signal);
int run_info(const InfoArguments& arguments);
int run_verify(const VerifyArguments& arguments);
int run_report(const ReportArguments& arguments);
int run_export(const ExportArguments& arguments);
int run_timestamp(const TimestampArguments& arguments);
int run_rules(const RulesArguments& arguments);

} // namespace coldsweep
