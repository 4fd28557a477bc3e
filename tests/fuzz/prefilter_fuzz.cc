// SPDX-License-Identifier: Apache-2.0
// Looks for rules and inputs on which the prefilter changes what libyara finds. An input encodes
// the generator's choices in the order in which it makes them, a byte or two each.
#include "support/prefilter_difference.h"

#include <cstdio>
#include <cstdlib>

using namespace coldsweep;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  test::RuleGenerator generator(std::as_bytes(std::span(data, size)));
  test::Tally tally;
  const std::optional<std::string> found =
      test::difference(generator.next(4), PlantedFault::none, tally);
  if (found) {
    std::fputs(found->c_str(), stderr);
    std::abort();
  }
  return 0;
}
