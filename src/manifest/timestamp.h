// SPDX-License-Identifier: Apache-2.0
// Time stamps of a trusted authority over the manifest (RFC 3161, SHA-256): a request to carry over, and the answer, kept as
// `manifest.tsr`, which `openssl ts -verify -data manifest.jsonl` checks without coldsweep. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace coldsweep {

inline constexpr const char* kTimestamp = "manifest.tsr";

/// Writes a request (DER) that asks for the authority's certificates. Without a nonce: the same case gives the same request,
/// and what ties the answer to it is the hash. Throws UsageError when `request` exists.
void write_timestamp_request(const std::filesystem::path& case_folder,
                             const std::filesystem::path& request);

struct Timestamp {
  std::string time;      ///< as the authority states it, ISO 8601 in UTC
  std::string authority; ///< subject of the certificate that signed
  bool trusted = false;  ///< a chain to the given authorities was found
};

/// Checks an answer, and keeps it with the case. Throws UsageError saying why it is none for this manifest.
Timestamp keep_timestamp(const std::filesystem::path& case_folder,
                         const std::filesystem::path& reply);

/// Absent when the case has none. With `authorities` (PEM certificates) the chain is checked, as of the stated time: the
/// authority's certificate may have expired since. Throws FormatError saying what is wrong with it, UsageError where
/// `authorities` can't be read.
std::optional<Timestamp> check_timestamp(const std::filesystem::path& case_folder,
                                         const std::optional<std::filesystem::path>& authorities);

} // namespace coldsweep
