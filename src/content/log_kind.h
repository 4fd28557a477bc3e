// SPDX-License-Identifier: Apache-2.0
// Path and first bytes of a stream -> whether it is a log, how its records are cut, and to which family it belongs.
// Pure functions.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

enum class RecordForm : u8 {
  lines,       ///< bytes up to a line feed
  lines_utf16, ///< 16-bit units, little-endian
  lines_utf16_big,
  events, ///< EVTX
  whole,  ///< one record, such as a report of Windows Error Reporting
};

struct LogKind {
  RecordForm form = RecordForm::lines;
  std::string
      family; ///< `iis`, `http_proxy/ecp`, `ecp_server`, `oab_generator`, `evtx/Security.evtx`, `other`, ...

  bool operator==(const LogKind&) const = default;
};

/// `path` is that of the manifest. Generous: a text is a log when its name says so, or its beginning, or when most of
/// its first lines begin with a time.
std::optional<LogKind> log_kind(std::string_view path, ByteView content);

/// Whether it may look further than at the first 64 KiB to find out: for a chunk of a damaged event log.
bool log_kind_needs_all(std::string_view path);

} // namespace coldsweep
