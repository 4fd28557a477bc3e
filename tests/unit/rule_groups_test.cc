// SPDX-License-Identifier: Apache-2.0
// Groups of rules that were compiled for some content are kept for other content, up to a limit.
#include "rules/compiled.h"
#include "rules/rule_set.h"
#include "support/catch.h"

#include <fmt/format.h>

using namespace coldsweep;

namespace {

constexpr u32 kRules = 400;

RuleSet many_rules() {
  std::string text;
  for (u32 i = 0; i < kRules; ++i) {
    text += fmt::format("rule r{} {{ strings:\n", i);
    for (u32 j = 0; j < 20; ++j) text += fmt::format("$s{} = \"string {} of rule {}\"\n", j, j, i);
    text += "condition: any of them }\n";
  }
  const BuiltinRuleFile file{"test.yar", text};
  return RuleSet::load_builtin(std::span(&file, 1));
}

std::vector<u32> all_but(u32 missing) {
  std::vector<u32> rules;
  for (u32 i = 0; i < kRules; ++i)
    if (i != missing) rules.push_back(i);
  return rules;
}

} // namespace

TEST_CASE("a group of rules is compiled once while it is in use, and the groups kept are bounded") {
  const RuleSet rules = many_rules();
  const RuleGroups& groups = rules.compiled().filter().groups();
  const std::vector<u32> often{1, 2, 3};
  const RuleTable* const kept = groups.table_of(often).get();
  REQUIRE(kept != nullptr);
  const u64 small = groups.bytes_kept();
  CHECK(small > 0);
  CHECK(small < 1_MiB); // libyara's compiler alone has ten times as much
  groups.table_of(all_but(0));
  const u64 large = groups.bytes_kept() - small;
  CHECK(large > 1_MiB);

  const u32 enough = static_cast<u32>(80_MiB / large);
  REQUIRE(enough < kRules);
  for (u32 missing = 1; missing < enough; ++missing) {
    const RuleGroups::Table table = groups.table_of(all_but(missing));
    REQUIRE(table);
    CHECK(table->refs.size() == kRules - 1);
    REQUIRE(groups.bytes_kept() <= 64_MiB);
    CHECK(groups.table_of(often).get() == kept);
  }
  CHECK(groups.bytes_kept() > 32_MiB);
}
