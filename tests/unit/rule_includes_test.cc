// SPDX-License-Identifier: Apache-2.0
// Rule files that include others: what `yara` loads is loaded, and each file once.
#include "base/error.h"
#include "rules/rule_set.h"
#include "support/catch.h"
#include "support/rule_folder.h"

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

std::string include(const std::string& name) { return "include \"" + name + "\"\n"; }

/// `namespace:rule`, sorted.
std::vector<std::string> loaded(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  const RuleSet set = RuleSet::load(paths, {});
  for (const RuleInfo& info : set.rules())
    names.push_back(info.ref.name_space + ":" + info.ref.name);
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("an include that has the name of another folder's open file is not circular") {
  const RuleFolder folder;
  folder.put("common.yar", include("sub/x.yar") + rule("common"));
  folder.put("sub/x.yar", include("common.yar") + "rule x { condition: inner }");
  folder.put("sub/common.yar", rule("inner"));
  const fs::path main = folder.put("main.yar", include("common.yar") + rule("root"));
  CHECK(loaded({main}) ==
        Names{"main.yar:common", "main.yar:inner", "main.yar:root", "main.yar:x"});

  SECTION("also upwards, and in a file with the source's name") {
    folder.put("sub/main.yar", include("../top/main.yar") + rule("second"));
    folder.put("top/main.yar", "/* include \"none\" */ " + rule("third"));
    const fs::path source = folder.put("main.yar", include("sub/main.yar") + rule("first"));
    CHECK(loaded({source}) == Names{"main.yar:first", "main.yar:second", "main.yar:third"});
  }
}

TEST_CASE("a rule file that includes itself is refused, with the line that begins it") {
  const RuleFolder folder;
  const fs::path own = folder.put("own.yar", rule("a") + include("own.yar"));
  CHECK_THROWS_WITH(loaded({own}),
                    ContainsSubstring("own.yar(2): ") && ContainsSubstring("it includes itself"));
  folder.put("b.yar", include("./sub/../a.yar"));
  fs::create_directories(folder.dir / "sub");
  const fs::path a = folder.put("a.yar", include("b.yar"));
  CHECK_THROWS_WITH(loaded({a}), ContainsSubstring("it includes itself"));
}

TEST_CASE("a rule file that is reached twice is loaded once") {
  const RuleFolder folder;
  const fs::path a = folder.put("a.yar", rule("a"));
  folder.put("web/b.yar", rule("b"));
  CHECK(loaded({a, folder.dir.path()}) == Names{"a.yar:a", "web/b.yar:b"});

  folder.put("index.yar", "// all of them\n" + include("a.yar") + include("./web/b.yar"));
  CHECK(loaded({folder.dir.path()}) == Names{"a.yar:a", "web/b.yar:b"});
  folder.put("index_of_web.yar", include("web/b.yar"));
  folder.put("lists.yar", include("index.yar"));
  CHECK(loaded({folder.dir.path()}) == Names{"a.yar:a", "web/b.yar:b"});
  CHECK(loaded({folder.dir / "index.yar"}) == Names{"index.yar:a", "index.yar:b"});

  // A file that isn't loaded by itself keeps one list of it.
  folder.put("parts/c.inc", rule("c"));
  for (const char* name : {"all.yar", "all_too.yar"})
    folder.put(name, include("a.yar") + include("parts/c.inc"));
  folder.put("part.yar", include("parts/c.inc"));
  CHECK(loaded({folder.dir.path()}) == Names{"a.yar:a", "part.yar:c", "web/b.yar:b"});
  for (const char* name : {"all.yar", "all_too.yar", "part.yar"}) fs::remove(folder.dir / name);

  // Its own rules may refer to the included ones.
  folder.put("more.yar", include("a.yar") + "rule more { condition: a }");
  CHECK(loaded({folder.dir.path()}) == Names{"more.yar:a", "more.yar:more", "web/b.yar:b"});
}
