// SPDX-License-Identifier: Apache-2.0
// Time stamps of a trusted authority over the manifest (RFC 3161, SHA-256): the request to send,
// and the reply, which is kept as `manifest.tsr`. `openssl ts -verify -data manifest.jsonl` checks
// it without coldsweep. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace coldsweep {

inline constexpr const char* kTimestamp = "manifest.tsr";

/// Writes a request (DER) that asks for the authority's certificates. It has no nonce: the same
/// case always gives the same request, and the hash ties the reply to it. Throws UsageError if
/// `request` exists.
void write_timestamp_request(const std::filesystem::path& case_folder,
                             const std::filesystem::path& request);

struct Timestamp {
  std::string time;      ///< as the authority states it, ISO 8601 in UTC
  std::string authority; ///< subject of the certificate that signed it
  bool trusted = false;  ///< a chain to the given authorities was found
};

/// Checks a reply and keeps it with the case. Throws UsageError if it is not one for this manifest.
Timestamp keep_timestamp(const std::filesystem::path& case_folder,
                         const std::filesystem::path& reply);

/// Absent if the case has none. With `authorities` (PEM certificates) the chain is checked too, as
/// of the stated time: the authority's certificate may have expired since. Throws FormatError if
/// the time stamp is not valid, UsageError if `authorities` can't be read.
std::optional<Timestamp> check_timestamp(const std::filesystem::path& case_folder,
                                         const std::optional<std::filesystem::path>& authorities);

} // namespace coldsweep
