// SPDX-License-Identifier: Apache-2.0
// Evidence for the prefilter: with it and without it, libyara finds the same with generated rules,
// on inputs made of what the rules accept. A filter with a deliberate fault is detected.
#include "prefilter/search.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/prefilter_difference.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

constexpr std::size_t kInputs = 8;

} // namespace

TEST_CASE("Generated rules find the same with the prefilter and without it") {
  RuleGenerator generator(20210302);
  Tally tally;
  const u64 wanted = rounds(20'000);
  while (tally.pairs < wanted) {
    const std::optional<std::string> found =
        difference(generator.next(kInputs), PlantedFault::none, tally);
    if (found) FAIL(*found);
    REQUIRE(tally.refused < wanted);
  }
  // The comparison proves something only if rules match and the filter decides.
  CHECK(tally.matching * 10 > tally.pairs);
  if (search_available()) CHECK(tally.decided * 20 > tally.pairs);
  CHECK(tally.refused * kInputs < tally.pairs);
}

TEST_CASE("Nothing that matches a generated rule is ruled out piece by piece") {
  RuleGenerator generator(20210304);
  Tally tally;
  const u64 wanted = rounds(2'000);
  while (tally.pairs < wanted) {
    const std::optional<std::string> found =
        difference_in_pieces(generator.next(kInputs), PlantedFault::none, tally);
    if (found) FAIL(*found);
    REQUIRE(tally.refused < wanted);
  }
  if (search_available()) CHECK(tally.decided * 20 > tally.pairs);
}

TEST_CASE("Generated rules expose a prefilter with a deliberate fault") {
  if (!search_available()) return;
  const auto fault = static_cast<PlantedFault>(GENERATE(
      range(1, static_cast<int>(rounds(static_cast<u64>(PlantedFault::take_head_for_all))) + 1)));
  CAPTURE(static_cast<int>(fault));
  RuleGenerator generator(20210303);
  Tally tally;
  const bool of_pieces =
      fault == PlantedFault::forget_overlap || fault == PlantedFault::take_head_for_all;
  bool found = false;
  while (!found && tally.pairs < 40'000) {
    const GeneratedCase generated = generator.next(kInputs);
    found = (of_pieces ? difference_in_pieces(generated, fault, tally)
                       : difference(generated, fault, tally))
                .has_value();
  }
  CHECK(found);
}
