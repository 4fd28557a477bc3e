// SPDX-License-Identifier: Apache-2.0
// The one error that ends a sweep: nothing that follows could be kept.
#pragma once

#include "base/error.h"

namespace coldsweep {

/// The case folder can't be written to.
struct CaseWriteError : Error {
  using Error::Error;
};

} // namespace coldsweep
