// SPDX-License-Identifier: Apache-2.0
// The records of `coldsweep-manifest/1` as JSON lines; outcomes as bytes, and back. Pure functions.
#pragma once

#include "model/case_record.h"

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

inline constexpr std::string_view kManifestSchema = "coldsweep-manifest/1";

/// The last line: what is counted in the lines before it, and the SHA-256 of all their bytes.
struct SealRecord {
  u64 records = 0, findings = 0, issues = 0;
  std::string sha256;
};

/// One manifest line each, without the line feed. Keys are in the order of the contract, and every
/// field is present, except that `extents_left_out` of a finding is only there if it is not 0, and
/// `no_locate` only if `locate` is null.
std::string manifest_line(const CaseRecord& record);
std::string manifest_line(const VolumeRecord& volume);
std::string manifest_line(const Finding& finding);
std::string manifest_line(const Issue& issue);
std::string manifest_line(const CoverageRecord& coverage);
std::string manifest_line(const SealRecord& seal);

/// An outcome as one self-contained byte string (CBOR), and back. Parsing throws FormatError if the
/// bytes are not an outcome.
std::string serialise(const Outcome& outcome);
Outcome parse_outcome(std::string_view bytes);
std::string serialise(const SpaceAccount& space);
SpaceAccount parse_space(std::string_view bytes);

/// ISO 8601 UTC with 100 ns digits: `2021-03-02T10:11:12.1234567Z`. NTFS time 0 is absent (null in
/// the manifest).
std::optional<std::string> iso_time(u64 ntfs_time);

} // namespace coldsweep
