// SPDX-License-Identifier: Apache-2.0
// The arithmetic of scores: what is added, that it adds up, and that it stays within 0 and 100.
#include "rules/scanner.h"
#include "support/catch.h"
#include "weigh/weigh.h"

#include <algorithm>
#include <limits>
#include <string>

using namespace coldsweep;

namespace {

const PlaceTable& builtin() {
  static const PlaceTable table = PlaceTable::load(std::nullopt);
  return table;
}

Finding finding_at(const std::string& path, std::vector<std::pair<std::string, MetaValue>> meta) {
  Finding finding;
  finding.path = path;
  RuleRef rule;
  rule.name = "r";
  rule.meta = std::move(meta);
  finding.cause = std::move(rule);
  return finding;
}

void weigh_with(Finding& finding, const std::string& content = "words") {
  weigh(finding, ContentFacts(bytes_of(content), file_type_label(bytes_of(content))), builtin());
  int sum = 0;
  for (const Reason& reason : finding.why) sum += reason.points;
  CHECK(sum == finding.score);
  CHECK(*finding.score >= 0);
  CHECK(*finding.score <= 100);
}

int base_of(std::vector<std::pair<std::string, MetaValue>> meta) {
  Finding finding = finding_at("/plain/a.bin", std::move(meta));
  weigh_with(finding);
  return *finding.score;
}

int points_for(const Finding& finding, const std::string& words) {
  int points = 0;
  for (const Reason& reason : finding.why)
    if (reason.reason.find(words) != std::string::npos) points += reason.points;
  return points;
}

} // namespace

TEST_CASE("the rule's own score is taken from its meta and capped, and words count if there is no "
          "number") {
  CHECK(base_of({{"score", i64{75}}}) == 75);
  CHECK(base_of({{"Score", std::string("60")}}) == 60);
  CHECK(base_of({{"score", i64{250}}}) == 100);
  CHECK(base_of({{"score", i64{-20}}}) == 0);
  CHECK(base_of({{"score", i64{0}}}) == 0);
  CHECK(base_of({{"score", std::string("high")}}) == 50); // not a number: as if there were none
  CHECK(base_of({{"severity", std::string("High")}}) == 75);
  CHECK(base_of({{"severity", i64{100}}}) == 100);
  CHECK(base_of({{"threat_level", i64{7}}}) == 70);
  CHECK(base_of({{"severity", std::string("low")}, {"score", i64{85}}}) == 85);
  CHECK(base_of({}) == 50);
  CHECK(base_of({{"score", true}}) == 50);
}

TEST_CASE("a rule with the highest score stays below 40 in rules, advisories and signatures") {
  for (const char* path :
       {"/Tools/a.yar", "/Tools/a.yml", "/Users/a/a.md",
        "/ProgramData/Microsoft/Windows Defender/Definition Updates/x/mpavbase.vdm"}) {
    Finding finding = finding_at(path, {{"score", i64{100}}});
    weigh_with(finding);
    CAPTURE(path);
    CHECK(*finding.score < 40);
    CHECK(points_for(finding, "place") < 0);
  }
}

TEST_CASE("deletion, a served folder, and a hard link into one each change a finding's points") {
  Finding plain = finding_at("/data/a.aspx", {{"score", i64{50}}});
  weigh_with(plain);
  CHECK(plain.place == "other");
  Finding linked = plain;
  linked.why.clear();
  linked.links = {"/inetpub/wwwroot/a.aspx"};
  weigh_with(linked);
  CHECK(linked.place == "web_root");
  CHECK(*linked.score == 65);
  Finding deleted = finding_at("/inetpub/wwwroot/a.aspx", {{"score", i64{50}}});
  deleted.allocated = false;
  weigh_with(deleted);
  CHECK(*deleted.score == 60);
}

TEST_CASE("content that contradicts its extension adds points, and what may be there does not") {
  const auto mismatch = [](const std::string& name, const std::string& content) {
    Finding finding = finding_at("/data/" + name, {{"score", i64{50}}});
    weigh_with(finding, content);
    return *finding.score - 50;
  };
  const std::string cab("MSCF\0\0\0\0body", 12), exe("MZ\x90\0", 4), zip("PK\x03\x04", 4),
      pst("!BDN\0\0", 6), gif("GIF89a<%@ Page %>"),
      der = std::string("\x30\x82\x01\x00", 4) + std::string(300, 'x');
  CHECK(mismatch("a.gif", cab) == 10);
  CHECK(mismatch("a.css", zip) == 10);
  CHECK(mismatch("a.JS", exe) == 10);
  CHECK(mismatch("a.txt", exe) == 10);
  CHECK(mismatch("a.aspx", pst) == 10);
  CHECK(mismatch("a.aspx", der) == 10);
  CHECK(mismatch("a.gif", gif) == 10);
  CHECK(mismatch("a.aspx", gif) == 10);
  CHECK(mismatch("a.jpg", "<?php echo 1;") == 10);
  CHECK(mismatch("a.zip", exe) == 10);
  CHECK(mismatch("a.gif", "GIF89a and colours") == 0);
  CHECK(mismatch("a.exe", exe) == 0);
  CHECK(mismatch("a.cab", cab) == 0);
  CHECK(mismatch("a.aspx", "<%@ Page %>") == 0);
  CHECK(mismatch("a.cer", der) == 0);
  CHECK(mismatch("a.aspx", "0\x82 is how this text begins") == 0);
}

TEST_CASE("names that resemble shipped ones, or are random, add little") {
  const auto points = [](const std::string& path) {
    Finding finding = finding_at(path, {{"score", i64{10}}});
    weigh_with(finding);
    return points_for(finding, "name");
  };
  const std::string auth = "/Exchange/FrontEnd/HttpProxy/owa/auth/";
  CHECK(points(auth + "RedirSuiteServerProxy.aspx") == 5);
  CHECK(points(auth + "RedirSuiteServiceProxy.aspx") == 0);
  CHECK(points(auth + "errorEE.aspx") == 5);
  CHECK(points(auth + "errorFE.aspx") == 0);
  CHECK(points(auth + "OutlookEN.aspx") == 5);
  CHECK(points(auth + "OutlookCN.aspx") == 0);
  CHECK(points(auth + "ChackLogsPL.aspx") == 5);
  CHECK(points(auth + "TimeoutLogout.aspx") == 0);
  CHECK(points("/inetpub/wwwroot/aspnet_client/0QWYSEXe.aspx") == 5);
  CHECK(points("/inetpub/wwwroot/aspnet_client/UwSPMsFi.aspx") == 5);
  CHECK(points("/inetpub/wwwroot/aspnet_client/document.aspx") == 0);
  CHECK(points("/inetpub/wwwroot/aspnet_client/Document.aspx") == 0);
  CHECK(points("/data/0QWYSEXe.aspx") == 0);
}

TEST_CASE(
    "a finding's own reasons replace those of its cause, and settling twice changes nothing") {
  Finding finding = finding_at("/inetpub/wwwroot/a.aspx", {{"score", i64{100}}});
  finding.why = {{"something known", 95}};
  weigh_with(finding);
  CHECK(points_for(finding, "rule") == 0);
  CHECK(*finding.score == 100);
  CHECK(finding.why.back() == Reason{"kept within 0 and 100", -10});
  const Finding once = finding;
  settle_score(finding);
  CHECK(finding == once);
  finding.why.push_back({"more", 5});
  settle_score(finding);
  CHECK(finding.why.back() == Reason{"kept within 0 and 100", -15});
}

TEST_CASE("hash sets and anomalies start with the table's points") {
  Finding finding = finding_at("/data/a", {});
  finding.cause = HashSetHit{"set", "entry"};
  weigh_with(finding);
  CHECK(*finding.score == 95);
  finding = finding_at("/data/a.aspx", {});
  finding.cause = HashSetHit{"shipped", std::string(kUnknownInWebRoot)};
  weigh_with(finding);
  CHECK(*finding.score == 55);
  finding = finding_at("/data/a.aspx", {});
  finding.cause = HashSetHit{"shipped", std::string(kForeignContent)};
  weigh_with(finding);
  CHECK(*finding.score == 25);
  finding = finding_at("/data/a", {{"score", i64{80}}});
  finding.known = HashSetHit{"NSRL", "entry"};
  weigh_with(finding);
  CHECK(*finding.score == 55);
  finding = finding_at("/data/CON", {});
  finding.cause = Anomaly{"reserved_name", "words"};
  weigh_with(finding);
  CHECK(*finding.score == 60);
}

TEST_CASE("a severity that no number of points can be is capped") {
  constexpr i64 least = std::numeric_limits<i64>::min();
  for (const i64 severity : {least, least + 1, least / 10 - 1, i64{-2'000'000'000'000'000'000}}) {
    CAPTURE(severity);
    CHECK(base_of({{"severity", severity}}) == 0);
    CHECK(base_of({{"threat_level", std::to_string(severity)}}) == 0);
  }
  CHECK(base_of({{"severity", std::numeric_limits<i64>::max()}}) == 100);
  CHECK(base_of({{"severity", i64{-3}}}) == 0);
}
