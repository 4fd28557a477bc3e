// SPDX-License-Identifier: Apache-2.0
// Path and first bytes of a stream -> whether it is a log, how its records are cut, and which
// family it belongs to. Pure functions.
#pragma once

#include "base/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace coldsweep {

enum class RecordForm : u8 {
  lines,       ///< bytes up to a line feed
  lines_utf16, ///< 16-bit code units, little-endian
  lines_utf16_big,
  events, ///< EVTX
  whole,  ///< one record, such as a report of Windows Error Reporting
};

struct LogKind {
  RecordForm form = RecordForm::lines;
  /// `iis`, `http_proxy/ecp`, `ecp_server`, `oab_generator`, `evtx/Security.evtx`, `other`, ...
  std::string family;

  bool operator==(const LogKind&) const = default;
};

/// `path` is the one in the manifest. If in doubt, it is a log: a text is one if its name or its
/// beginning says so, or if most of its first lines begin with a time. Zeros at the beginning say
/// nothing. Nor does what overwrote the beginning of a file with a log's name, if log lines follow.
std::optional<LogKind> log_kind(std::string_view path, ByteView content);

/// Whether all of a content must be had to tell: a damaged event log is searched for a chunk.
bool log_kind_needs_all(std::string_view path);

/// Whether content that begins with `head` may be a log, although log_kind() of `head` says that it
/// isn't: what follows has to be looked at as well.
bool may_become_log(std::string_view path, ByteView head);

} // namespace coldsweep
