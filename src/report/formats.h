// SPDX-License-Identifier: Apache-2.0
// The formats a case can be reported in. Each is a pure function of the sealed manifest: same
// manifest, same bytes. None opens the image or the evidence copies. Any thread.
#pragma once

#include "report/sealed_case.h"

#include <span>

namespace coldsweep::report {

struct Format {
  std::string_view name;
  std::string_view description;
  void (*write)(const SealedCase& sealed, const Output& output);
};

/// In the order of `--help`.
std::span<const Format> formats();
/// Null if there is no format of that name.
const Format* format_named(std::string_view name);

/// A summary for the terminal: what was examined, what was found, and what was not looked at.
void write_terminal_page(const SealedCase& sealed, const Output& output);

void write_html(const SealedCase& sealed, const Output& output);
void write_csv(const SealedCase& sealed, const Output& output);
void write_jsonl(const SealedCase& sealed, const Output& output);
void write_hashdeep(const SealedCase& sealed, const Output& output);
void write_bodyfile(const SealedCase& sealed, const Output& output);
void write_timesketch(const SealedCase& sealed, const Output& output);
void write_dfxml(const SealedCase& sealed, const Output& output);
void write_case(const SealedCase& sealed, const Output& output);
void write_stix(const SealedCase& sealed, const Output& output);
void write_sarif(const SealedCase& sealed, const Output& output);

} // namespace coldsweep::report
