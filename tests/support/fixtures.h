// SPDX-License-Identifier: Apache-2.0
// Inert fixtures that an antivirus program must not see in a checkout: tests/fixtures/NAME.b64,
// decoded in memory.
#pragma once

#include <string>
#include <vector>

namespace coldsweep::test {

/// The bytes of tests/fixtures/NAME.b64: base64 with `#` comment lines. Throws Error when it is
/// missing or not base64.
std::string fixture(const std::string& name);
/// The names of all fixtures, in order.
std::vector<std::string> fixture_names();

} // namespace coldsweep::test
