// SPDX-License-Identifier: Apache-2.0
// One function a command: arguments in, exit status out; results on stdout, messages on stderr.
#pragma once

#include "cli/arguments.h"

#include <atomic>

namespace coldsweep {

/// `stop` holds the signal that asked to stop, or 0.
int run_sweep(const SweepArguments& arguments, const std::atomic<bool>& stop,
              const std::atomic<int>& signal);
int run_info(const InfoArguments& arguments);
int run_verify(const VerifyArguments& arguments);
int run_report(const ReportArguments& arguments);
int run_export(const ExportArguments& arguments);
int run_seal(const SealArguments& arguments);
int run_rules(const RulesArguments& arguments);

} // namespace coldsweep
