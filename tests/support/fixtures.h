// SPDX-License-Identifier: Apache-2.0
// Inert fixtures that an antivirus program must not see in a checkout: tests/fixtures/NAME.b64,
// decoded in memory. The README there describes the format.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace coldsweep::test {

struct Fixture {
  std::string name;
  std::string description;        ///< the first sentence of the header
  std::string shape;              ///< the row of COVERAGE.md; empty if it must raise nothing
  std::string path;               ///< as Windows writes it; empty when no rule asks for it
  std::set<std::string> expected; ///< names of rules, empty for `none`
  bool has_variants = false;
  bool is_record = false; ///< one record of a log, for rules with the tag `log`
  std::string content;
  std::string as_stored; ///< the fixture file itself
};

/// All fixtures, by name. Throws Error if a header is incomplete.
std::vector<Fixture> rule_fixtures();

/// The bytes of tests/fixtures/NAME.b64: base64 with `#` comment lines. Throws Error when it is
/// missing or not base64.
std::string fixture(const std::string& name);
/// The names of all fixtures, in order.
std::vector<std::string> fixture_names();

} // namespace coldsweep::test
