// SPDX-License-Identifier: Apache-2.0
// A folder of rules: which files are loaded, and what is said about the others.
#include "base/error.h"
#include "rules/rule_set.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

std::string rule(const std::string& name) { return "rule " + name + " { condition: true }\n"; }

std::vector<std::string> passed_over(const RuleSet& set) {
  std::vector<std::string> names;
  for (const RejectedRules& rejected : set.record().rejected) {
    CHECK(rejected.passed_over);
    CHECK(rejected.line == 0);
    CHECK_THAT(rejected.message, ContainsSubstring("give the file itself"));
    names.push_back(rejected.path);
  }
  return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("files of a folder that look like rules, but are not loaded, are named") {
  const TempDir dir;
  fs::create_directories(dir / "sub");
  write_text(dir / "a.yar", rule("a"));
  write_text(dir / "B.YARA", rule("b"));
  write_text(dir / "read.me", "no rules");
  write_text(dir / "c.rule", rule("c"));
  write_text(dir / "sub/d.RULES", rule("d"));
  write_text(dir / "sub/e.yr", rule("e"));
  write_text(dir / "f.yarc", "YARA");
  fs::create_symlink("nowhere", dir / "sub/g.rules");
  const RuleSet set = RuleSet::load({dir.path()}, {}); // they are no reason to fail
  CHECK(set.rules().size() == 2);
  CHECK(passed_over(set) == Names{"c.rule", "f.yarc", "sub/d.RULES", "sub/e.yr", "sub/g.rules"});

  const RuleSet given = RuleSet::load({dir.path(), dir / "c.rule", dir / "sub" / "e.yr"}, {});
  CHECK(given.rules().size() == 4);
  CHECK(passed_over(given) == Names{"f.yarc", "sub/d.RULES", "sub/g.rules"});

  write_text(dir / "a.yar", "include \"c.rule\"\n" + rule("a"));
  CHECK(passed_over(RuleSet::load({dir.path()}, {})) ==
        Names{"f.yarc", "sub/d.RULES", "sub/e.yr", "sub/g.rules"});

  CHECK_THROWS_WITH(RuleSet::load({dir / "sub"}, {}), ContainsSubstring("d.RULES: only *.yar"));
}

TEST_CASE("rules check names what a folder's other files are, and does not fail for them") {
  const TempDir dir;
  write_text(dir / "a.yar", rule("a"));
  write_text(dir / "c.rule", rule("c"));
  const ToolResult good = run_program({"rules", "check", "-r", dir.path().string()});
  CHECK(good.status == 0);
  CHECK_THAT(good.out, ContainsSubstring("not loaded: c.rule: only *.yar") &&
                           ContainsSubstring("1 rules in 1 files, 0 rejected"));
  write_text(dir / "b.yar", "no rule");
  const ToolResult bad = run_program({"rules", "check", "-r", dir.path().string()});
  CHECK(bad.status == 2);
  CHECK_THAT(bad.out, ContainsSubstring("1 rejected"));
}
