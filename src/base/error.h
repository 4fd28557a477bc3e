// SPDX-License-Identifier: Apache-2.0
// What low layers throw. Every message names the file or volume, the offset, and what was expected
// there.
#pragma once

#include "base/types.h"

#include <stdexcept>
#include <string>

namespace coldsweep {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Bytes that could not be read. `offset` is the first of them, in the offsets of the source whose
/// `read` was called. `length` bytes from there are known to be unreadable; 0 if only the first is.
struct ReadError : Error {
  ReadError(u64 first_unreadable, const std::string& message, u64 known_length = 0)
      : Error(message), offset(first_unreadable), length(known_length) {}
  u64 offset;
  u64 length;
};

/// Evidence that does not follow the format it claims.
struct FormatError : Error {
  using Error::Error;
};

/// Rules that can't be used as given.
struct RuleError : Error {
  using Error::Error;
};

/// The command line, a configuration file, or a path on it is wrong (exit status 2).
struct UsageError : Error {
  using Error::Error;
};

} // namespace coldsweep
