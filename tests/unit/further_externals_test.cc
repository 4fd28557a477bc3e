// SPDX-License-Identifier: Apache-2.0
// External variables of LOKI and THOR beyond the path, and those that the user defines.
#include "base/error.h"
#include "base/hash.h"
#include "examine/externals.h"
#include "rules/scanner.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kPage = "some words <%eval %> and others";

RuleSet with(const std::string& text, const std::vector<std::string>& define = {}) {
  const BuiltinRuleFile file{"test.yar", text};
  RuleLoadOptions options;
  options.definitions = parse_definitions(define);
  return RuleSet::load_builtin(std::span(&file, 1), options);
}

std::string judged(const std::string& condition) {
  return "rule r { strings: $a = \"eval\" condition: $a and " + condition + " }";
}

/// Whether the only rule matches, in every mode.
bool matches(const RuleSet& rules, const Externals& externals = {},
             const std::string& content = kPage) {
  std::vector<bool> found;
  for (const Prefiltering mode :
       {Prefiltering::off, Prefiltering::on, Prefiltering::on_in_groups}) {
    Scanner scanner(rules, mode);
    const ScanResult result = scanner.scan(bytes_of(content), externals);
    CHECK(!result.error);
    found.push_back(!result.matches.empty());
  }
  CHECK(std::count(found.begin(), found.end(), found.front()) == 3);
  return found.front();
}

} // namespace

TEST_CASE("hashes of the content are variables") {
  Hashes hashes;
  add_hashes(hashes, bytes_of(kPage), kAllHashes);
  for (const auto& [name, value] :
       {std::pair{"md5", hashes.md5}, {"sha1", hashes.sha1}, {"sha256", hashes.sha256}}) {
    CAPTURE(name);
    const RuleSet rules = with(judged(fmt::format("{} == \"{}\"", name, value)));
    CHECK(matches(rules));
    CHECK(!matches(rules, {}, kPage + " "));
    // Without a string, too.
    CHECK(matches(with(fmt::format("rule r {{ condition: {} iequals \"{}\" }}", name, value))));
    CHECK(!uses_externals(rules)); // a further name changes nothing
  }
  const RuleSet any = with(judged("md5 != \"\""));
  Scanner scanner(any);
  CHECK(scanner.scan_raw(bytes_of(kPage), {}).matches.empty());
}

TEST_CASE("what no stream has a value of is empty, zero or no number") {
  CHECK(matches(with(judged("timezone == \"\" and language == \"\" and group == \"\" and "
                            "permissions == \"\" and filemode == 0 and osversion == 0"))));
  CHECK(!matches(with(judged("age < 30"))));
  CHECK(!matches(with(judged("age >= 30"))));
}

TEST_CASE("a rule may have the name of such a variable, and a module a field of that name") {
  CHECK(matches(with("private rule md5 { strings: $a = \"eval\" condition: $a }\n"
                     "rule r : sha1 { meta: md5 = \"none\" condition: md5 }")));
  const std::string hash = "import \"hash\"\n";
  Hashes hashes;
  add_hashes(hashes, bytes_of(kPage), kAllHashes);
  CHECK(matches(with(hash + judged(fmt::format("hash.md5(0, filesize) == \"{}\"", hashes.md5)))));
}

TEST_CASE("the archives around a member are variables") {
  CHECK(unpacked_within("", "ZIP") == "ZIP");
  CHECK(unpacked_within("EMAIL", "ZIP") == "EMAIL>ZIP");
  CHECK(unpacked_within("EMAIL>GZIP", "TAR") == "EMAIL>TARGZ");
  CHECK(unpacked_within("BZIP2", "TAR") == "TARBZ2");
  CHECK(unpacked_within("GZIP>ZIP", "TAR") == "GZIP>ZIP>TAR");
  const Externals member =
      externals_of({.path = "/a.eml", .member = "a.zip!/b", .unpacked_from = "EMAIL>ZIP"}, 'C')
          .front();
  CHECK(member.unpack_parent == "ZIP");
  CHECK(member.unpack_source == "EMAIL>ZIP");
  const RuleSet rules = with(judged("unpack_parent == \"ZIP\" and unpack_source contains \"EM\""));
  // One scanner: nothing that was found under another parent is used again.
  Scanner scanner(rules);
  for (int round = 0; round < 2; ++round) {
    CHECK(scanner.scan(bytes_of(kPage), member).matches.size() == 1);
    CHECK(scanner.scan(bytes_of(kPage), {}).matches.empty());
  }
  CHECK(matches(rules, member));
  CHECK(uses_externals(rules));
}

TEST_CASE("a definition has the type that yara gives it") {
  using Value = decltype(Definition::value);
  const auto value_of = [](const std::string& text) {
    return parse_definition("a_1=" + text).value;
  };
  CHECK(value_of("12") == Value(i64{12}));
  CHECK(value_of("-12") == Value(i64{-12}));
  CHECK(value_of("1.5") == Value(1.5));
  CHECK(value_of("-0.5") == Value(-0.5));
  CHECK(value_of("true") == Value(true));
  CHECK(value_of("false") == Value(false));
  for (const char* text : {"", "-", ".5", "1.2.3", "0x10", "TRUE", "a=b"})
    CHECK(value_of(text) == Value(std::string(text)));
  for (const char* text : {"a", "=1", "1a=2", "a-b=1", "filename=x", "md5=x", "unpack_parent=ZIP",
                           "a=99999999999999999999", "a=1\n2"})
    CHECK_THROWS_AS(parse_definition(text), UsageError);
  CHECK_THROWS_WITH(parse_definitions({"a=1", "a=2"}), ContainsSubstring("defined twice"));
}

TEST_CASE("rules read what the user defines, whatever its type") {
  const std::vector<std::string> define{"depth=3", "ratio=1.5", "strict=true", "site=intranet",
                                        "osversion=17763"};
  CHECK(matches(with(judged("depth > 2 and ratio > 1.4 and strict and site == \"intranet\" and "
                            "osversion == 17763"),
                     define)));
  CHECK(!matches(with(judged("depth > 3 or not strict"), define)));
  CHECK_THROWS_WITH(with(judged("strickt"), define),
                    ContainsSubstring("undefined identifier \"strickt\"") &&
                        ContainsSubstring("--define"));
}

TEST_CASE("an included file may name such variables") {
  const TempDir dir;
  write_text(dir / "inner.inc", judged("md5 != \"\" and osversion == 0"));
  const std::filesystem::path file = write_text(dir / "main.yar", "include \"inner.inc\"\n");
  CHECK(matches(RuleSet::load({file}, {})));
}

TEST_CASE("compiled rules get definitions and hashes") {
  const TempDir dir;
  write_text(dir / "r.yar", judged("depth == 3 and md5 matches /^[0-9a-f]{32}$/"));
  const ToolResult made = run_tool({"yarac", "-d", "depth=1", "-d",
                                    "md5=", (dir / "r.yar").string(), (dir / "r.yarc").string()});
  if (made.status != 0) SKIP("no yarac");
  RuleLoadOptions options;
  CHECK(!matches(RuleSet::load({dir / "r.yarc"}, options)));
  options.definitions = parse_definitions({"depth=3", "other=4"});
  CHECK(matches(RuleSet::load({dir / "r.yarc"}, options)));
  options.definitions = parse_definitions({"depth=three"});
  CHECK_THROWS_WITH(RuleSet::load({dir / "r.yarc"}, options), ContainsSubstring("depth"));
}
