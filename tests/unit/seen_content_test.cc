// SPDX-License-Identifier: Apache-2.0
// Findings in content are reused for the same bytes elsewhere, and for nothing else.
#include "base/file.h"
#include "rules/scanner.h"
#include "support/catch.h"
#include "support/ntfs_image.h"
#include "support/run_sweep.h"

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kPage = "some words <%eval %> and others";

RuleSet compiled(const std::string& text) {
  const BuiltinRuleFile file{"test.yar", text};
  return RuleSet::load_builtin(std::span(&file, 1));
}

Externals named(const std::string& filename) {
  Externals externals;
  externals.filename = filename;
  return externals;
}

u64 repeated(Scanner& scanner) { return scanner.take_filter_counts().repeated.calls; }

} // namespace

TEST_CASE("The same bytes are scanned once, on any thread") {
  const RuleSet rules = compiled("rule r { strings: $a = \"eval\" condition: $a }");
  Scanner one(rules), other(rules);
  const ScanResult first = one.scan(bytes_of(kPage), named("a.aspx"));
  CHECK(repeated(one) == 0);
  REQUIRE(first.matches.size() == 1);
  for (Scanner* scanner : {&one, &other}) {
    const ScanResult again = scanner->scan(bytes_of(kPage), named("b.aspx"));
    CHECK(repeated(*scanner) == 1);
    REQUIRE(again.matches.size() == 1);
    CHECK(again.matches[0].rule == first.matches[0].rule);
    CHECK(again.matches[0].matches == first.matches[0].matches);
  }
  std::string another = kPage;
  another.back() = 'z';
  CHECK(one.scan(bytes_of(another), {}).matches.size() == 1);
  CHECK(one.scan(bytes_of(kPage + " "), {}).matches.size() == 1);
  CHECK(repeated(one) == 0);
}

TEST_CASE("A rule that reads a name is evaluated for each name") {
  // The prefilter doesn't judge what the module does with the name.
  const RuleSet rules =
      compiled("import \"math\" rule r { strings: $a = \"eval\" condition: $a and "
               "math.to_number(filename contains \"good\") == 0 }");
  for (const Prefiltering mode : {Prefiltering::on, Prefiltering::on_in_groups}) {
    Scanner scanner(rules, mode);
    CHECK(scanner.scan(bytes_of(kPage), named("page.aspx")).matches.size() == 1);
    CHECK(scanner.scan(bytes_of(kPage), named("good.aspx")).matches.empty());
    CHECK(scanner.scan(bytes_of(kPage), named("other.aspx")).matches.size() == 1);
    CHECK(repeated(scanner) == 0);
    CHECK(scanner.scan(bytes_of(kPage), named("page.aspx")).matches.size() == 1);
    CHECK(scanner.scan(bytes_of(kPage), named("good.aspx")).matches.empty());
    CHECK(repeated(scanner) == 2);
  }
}

TEST_CASE("Everything is scanned without the prefilter, and raw space always is") {
  const RuleSet rules = compiled("rule r { strings: $a = \"eval\" condition: $a }");
  Scanner all(rules, Prefiltering::off), filtered(rules);
  for (int i = 0; i < 2; ++i) {
    CHECK(all.scan(bytes_of(kPage), {}).matches.size() == 1);
    CHECK(filtered.scan_raw(bytes_of(kPage), {}).matches.size() == 1);
  }
  CHECK(repeated(all) == 0);
  CHECK(repeated(filtered) == 0);
}

TEST_CASE("Each copy of a file has its own findings, although the bytes are scanned once") {
  if (!can_build_ntfs_images()) SKIP("no ntfs_writer or mkntfs");
  NtfsImage image({.size = 16_MiB});
  for (const char* path : {"inetpub/a.aspx", "inetpub/b.aspx", "Windows/Temp/c.txt"})
    image.file(path, kPage);
  const std::filesystem::path path = image.build();
  SweepOptions options;
  options.threads = 1;
  const std::string rules = "rule r { strings: $a = \"eval\" condition: $a }";
  const Swept swept = run_sweep(path, rules, options);
  CHECK(swept.findings.size() == 3);
  const auto run = nlohmann::json::parse(read_text(swept.case_folder() / "run.json"));
  CHECK(run.at("prefilter").at("repeated").at("streams") == 2);
  options.prefilter = false;
  CHECK(run_sweep(path, rules, options).manifest == swept.manifest);
}
