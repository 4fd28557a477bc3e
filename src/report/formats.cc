// SPDX-License-Identifier: Apache-2.0
#include "report/formats.h"

#include <algorithm>
#include <array>

namespace coldsweep::report {
namespace {

constexpr std::array kFormats{
    Format{"html", "a self-contained page for people", write_html},
    Format{"csv", "a table with one finding per row", write_csv},
    Format{"jsonl", "one flat JSON object per finding", write_jsonl},
    Format{"hashdeep", "hashes of the evidence copies, for hashdeep -a", write_hashdeep},
    Format{"dfxml", "Digital Forensics XML", write_dfxml},
    Format{"case", "CASE/UCO JSON-LD", write_case},
    Format{"stix", "a STIX 2.1 bundle", write_stix},
    Format{"timesketch", "JSON lines for Timesketch, one per time of a finding", write_timesketch},
    Format{"bodyfile", "a body file for The Sleuth Kit's mactime", write_bodyfile},
    Format{"sarif", "SARIF 2.1.0", write_sarif},
};

} // namespace

std::span<const Format> formats() { return kFormats; }

const Format* format_named(std::string_view name) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

} // namespace coldsweep::report
