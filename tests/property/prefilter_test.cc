// SPDX-License-Identifier: Apache-2.0
// The prefilter's proof: with it and without it, libyara's findings are the same, on generated rules over inputs made
// of what they accept; and a filter with a deliberate fault is found out.
#include "rules/prefilter/search.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/prefilter_difference.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::size_t kInputs = 8;

} // namespace

TEST_CASE("With the prefilter and without it the findings are the same, on generated rules") {
  RuleGenerator generator(20210302);
  Tally tally;
  const u64 wanted = rounds(20'000);
  while (tally.pairs < wanted) {
    const std::optional<std::string> found =
        difference(generator.next(kInputs), PlantedFault::none, tally);
    if (found) FAIL(*found);
    REQUIRE(tally.refused < wanted);
  }
  // The comparison says something: rules match, and the filter decides.
  CHECK(tally.matching * 10 > tally.pairs);
  if (search_available()) CHECK(tally.decided * 20 > tally.pairs);
  CHECK(tally.refused * kInputs < tally.pairs);
}

TEST_CASE("A prefilter with a deliberate fault is found out by the generated rules") {
  if (!search_available()) return;
  const auto fault = static_cast<PlantedFault>(
      GENERATE(range(1, static_cast<int>(PlantedFault::forget_alternative_of_name) + 1)));
  CAPTURE(static_cast<int>(fault));
  RuleGenerator generator(20210303);
  Tally tally;
  bool found = false;
  while (!found && tally.pairs < 40'000)
    found = difference(generator.next(kInputs), fault, tally).has_value();
  CHECK(found);
}
