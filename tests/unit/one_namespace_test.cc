// SPDX-License-Identifier: Apache-2.0
// Rule files in one namespace: what `yara` loads from them in the right order is loaded, and the
// prefilter changes nothing.
#include "rules/rule_set.h"
#include "rules/scanner.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/rule_folder.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

struct Folder : RuleFolder {
  RuleSet load(bool skip_broken = false) const {
    RuleLoadOptions options;
    options.one_namespace = true;
    options.skip_broken = skip_broken;
    return RuleSet::load({dir.path()}, options);
  }
};

std::string rule(const std::string& name, const std::string& word,
                 const std::string& kind = "rule") {
  return kind + " " + name + " { strings: $a = \"" + word + "\" condition: $a }\n";
}

using Names = std::set<std::string>;

/// What matches, in every mode.
Names found_in(const RuleSet& rules, const std::string& content,
               const std::string& filename = "x") {
  std::vector<Names> found;
  Externals externals;
  externals.filename = filename;
  for (const Prefiltering mode :
       {Prefiltering::off, Prefiltering::on, Prefiltering::on_in_groups}) {
    Scanner scanner(rules, mode);
    const ScanResult result = scanner.scan(bytes_of(content), externals);
    CHECK(!result.error);
    Names& names = found.emplace_back();
    for (const RuleMatch& match : result.matches) names.insert(match.rule->name);
  }
  CHECK(found[0] == found[1]);
  CHECK(found[0] == found[2]);
  return found[0];
}

} // namespace

TEST_CASE("rules of one file refer to those of others, whatever their order") {
  const Folder folder;
  folder.put("a.yar", "rule needs_z { condition: needs_b and z_name }\n");
  folder.put("b.yar", "rule needs_b { condition: any of (z_w*) }\n");
  folder.put("sub/z.yar", "// no line end follows\n" + rule("z_word", "word") +
                              "rule z_name { condition: filename == \"x\" } // last");
  folder.put("other.yar", "import \"pe\"\n" + rule("other", "word"));
  CHECK_THROWS_WITH(RuleSet::load({folder.dir.path()}, {}),
                    ContainsSubstring("undefined identifier \"needs_b\""));
  const RuleSet rules = folder.load();
  REQUIRE(rules.rules().size() == 5);
  for (const RuleInfo& info : rules.rules()) {
    CHECK(info.ref.name_space == "default");
    CHECK(info.ref.file == (info.ref.name == "needs_z"   ? "a.yar"
                            : info.ref.name == "needs_b" ? "b.yar"
                            : info.ref.name == "other"   ? "other.yar"
                                                         : "sub/z.yar"));
  }
  std::vector<u64> counts;
  for (const RuleFileRecord& file : rules.record().files) counts.push_back(file.rules);
  CHECK(counts == std::vector<u64>{1, 1, 1, 2});
  CHECK(found_in(rules, "some word") == Names{"needs_z", "needs_b", "z_word", "z_name", "other"});
  CHECK(found_in(rules, "some word", "y") == Names{"needs_b", "z_word", "other"});
  CHECK(found_in(rules, "nothing") == Names{"z_name"});
}

TEST_CASE("in one namespace a global rule decides on the rules of all files") {
  const Folder folder;
  folder.put("a.yar", rule("a", "word"));
  folder.put("b.yar", rule("b", "magic", "global private rule"));
  folder.put("c.yar", rule("c", "other"));
  const RuleSet rules = folder.load();
  CHECK(found_in(rules, "word other") == Names{});
  CHECK(found_in(rules, "word other magic") == Names{"a", "c"});
  CHECK(found_in(RuleSet::load({folder.dir.path()}, {}), "word other") == Names{"a", "c"});
}

TEST_CASE("what doesn't fit into the one namespace is named, and the rest is loaded") {
  const Folder folder;
  folder.put("a.yar", rule("a", "word"));
  folder.put("b.yar", rule("b", "word") + rule("a", "other"));
  folder.put("c.yar", rule("c", "word") + "rule d { condition: nowhere }");
  folder.put("e.yar", "rule e { condition: b }"); // of a file that isn't loaded
  folder.put("f.yar", "rule f { condition: g }");
  folder.put("g.yar", "rule g { condition: f }");
  folder.put("h.yar", "rule h { condition: a } rule i { condition: and }");
  folder.put("j.yar", "rule j { condition: a }" + rule("a", "third"));
  folder.put("k.yar", "rule k { condition: any of (a*) }");
  CHECK_THROWS_WITH(folder.load(), ContainsSubstring("b.yar: duplicated identifier \"a\""));
  const RuleSet rules = folder.load(true);
  std::set<std::string> left_out;
  for (const RejectedRules& rejected : rules.record().rejected) left_out.insert(rejected.path);
  CHECK(left_out == Names{"b.yar", "c.yar", "e.yar", "f.yar", "g.yar", "h.yar", "j.yar"});
  CHECK(rules.rules().size() == 2);
  CHECK(found_in(rules, "word") == Names{"a", "k"});
}

TEST_CASE("includes in one namespace are expanded once, from their own folders") {
  const Folder folder;
  folder.put("index.yar", "include \"sub/a.yar\"\ninclude \"sub/b.yar\"\n");
  folder.put("sub/a.yar", "include \"parts.inc\" /* here */ " + rule("a", "word"));
  folder.put("sub/b.yar", "rule b { condition: a and part }");
  folder.put("sub/parts.inc", "\xEF\xBB\xBF" + rule("part", "word") + "// the end");
  const RuleSet rules = folder.load();
  CHECK(rules.record().rejected.empty());
  CHECK(found_in(rules, "word") == Names{"part", "a", "b"});
  CHECK(rules.rules().size() == 3);
}

TEST_CASE("log rules in one namespace keep what they refer to in other files") {
  const Folder folder;
  folder.put("a.yar", "rule request : log { condition: post and not noise }\n");
  folder.put("b.yar", rule("post", "POST", "private rule") + rule("noise", "healthcheck"));
  const RuleSet rules = folder.load();
  REQUIRE(rules.rules().size() == 3);
  CHECK(std::count_if(rules.rules().begin(), rules.rules().end(),
                      [](const RuleInfo& info) { return info.is_log; }) == 1);
  CHECK(found_in(rules, "POST /x") == Names{}); // only records are judged
}

TEST_CASE("the program loads one namespace where it is asked to") {
  const Folder folder;
  folder.put("a.yar", "rule a { condition: b }");
  folder.put("b.yar", "rule b { condition: true }");
  const std::string path = folder.dir.path().string();
  CHECK(run_program({"rules", "check", "-r", path}).status == 2);
  const ToolResult good = run_program({"rules", "check", "-r", path, "--one-namespace"});
  CHECK(good.status == 0);
  CHECK_THAT(good.out, ContainsSubstring("2 rules in 2 files, 0 rejected"));
  CHECK(run_program({"rules", "explain", "-r", path, "--one-namespace"}).status == 0);
}
