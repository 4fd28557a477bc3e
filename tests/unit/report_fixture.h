// SPDX-License-Identifier: Apache-2.0
// A small sealed case in which each name, rule and message is hostile to some format. Always the
// same bytes.
#pragma once

#include "support/hash_all.h"
#include "unit/manifest_fixture.h"

namespace coldsweep::test {

/// Names that an attacker may choose, and two long ones.
inline std::vector<std::string> hostile_names() {
  std::string deep;
  for (int i = 0; i < 3600; ++i) deep += "/deep" + std::to_string(1000 + i);
  return {"/plain.aspx",
          "/<script>window.pwned=1</script>.aspx",
          "/\"><img src=x onerror=window.pwned=1>.asp",
          "/</script><script>window.pwned=1</script>",
          "/]]>--><b>.aspx",
          "/txt.\xE2\x80\xAE"
          "cod.exe",
          "/zero\xE2\x80\x8Bwidth\xE2\x81\xA6.asp",
          "/lone \\ud800 surrogate.asp",
          "/\xEF\xBF\xBE\xEF\xBF\xBF.asp",
          "=cmd|' /C calc'!A0,\"x\"",
          "/line\nfeed\r\ttab\x1b[31m.asp",
          "/pipe|bar|0|0.asp",
          "/{{details}}.asp",
          "/" + std::string(32'000, 'n') + ".asp",
          deep + "/last.asp"};
}

inline Finding hostile_finding(const std::string& path, u64 number) {
  const StreamId stream{.volume = 1, .record = 100 + number, .sequence = 2, .attribute = 4};
  const u64 day = 864'000'000'000, march = 132'590'304'000'000'000; // 2021-03-01
  const Times times{march + number * day, march + number * day + 1,
                    march + number * day + 1'234'567, march + 7};
  Finding finding{.stream = stream,
                  .path = path,
                  .links = {},
                  .stream_name = number % 3 == 0 ? "cache" : "",
                  .member = std::nullopt,
                  .allocated = number % 4 != 0,
                  .size = 100 + number,
                  .encoding = Encoding::plain,
                  .si = times,
                  .fn = number % 5 == 0 ? std::nullopt : std::optional<Times>(times),
                  .owner_sid = "S-1-5-18",
                  .hashes = {},
                  .extents = {{0, 2_MiB + number * 4096, 4096}},
                  .cause = {},
                  .matches = {},
                  .known = std::nullopt,
                  .log = std::nullopt,
                  .score = std::nullopt,
                  .place = std::nullopt,
                  .why = {},
                  .exported = false,
                  .locate = "icat -f ntfs disk.001 " + std::to_string(stream.record) + "-128-4"};
  const std::string content = "<%eval(Request.Item[\"" + std::to_string(number) + "\"])%>";
  finding.hashes = hash_all(bytes_of(content));
  finding.size = content.size();
  finding.matches = {{"$eval", 2, 4, 2_MiB + number * 4096 + 2, {}},
                     {"$all", 0, content.size(), std::nullopt, {}}};
  for (Match& match : finding.matches) show_match(bytes_of(content), match.offset, match);
  switch (number % 4) {
  case 0:
    finding.cause =
        HashSetHit{"bad-list </td><script>window.pwned=1</script>",
                   "entry-of-it </td><script>window.pwned=1</script> \xE2\x80\xAE", "a <note>"};
    break;
  case 1: finding.cause = Anomaly{"reserved_name", "a name that \"Windows\" can't open"}; break;
  default:
    finding.cause = RuleRef{
        "rule_" + std::to_string(number % 3),
        "ns",
        {"tag<b>"},
        {{"description", std::string("says </script> & 'x'")}, {"author", std::string("\xFF\xFE")}},
        "a.yar",
        sha256_of("a")};
  }
  if (number % 3 != 2) {
    finding.score = static_cast<int>(number * 13 % 101);
    finding.place = "web_root";
    finding.why = {{"the rule's <own> score", 60}, {"deleted", -10}};
  }
  if (number == 7) finding.log = LogPlace{12, "2021-03-02T10:11:12Z"};
  if (number == 6) {
    finding.overwritten = Overwritten{.clusters = 3, .of = 4};
    finding.recovered = true;
    finding.path_source = "index_slack";
    finding.anomalies = {{"bidi_name", "a name <b>that \xE2\x80\xAE turns"}};
  }
  if (number == 8)
    finding.si = Times{1, ~u64{0}, 0, march}; // the first and the last time that NTFS can express
  return finding;
}

inline CaseContent hostile_case() {
  CaseContent content;
  content.volumes = {some_volume(1), some_volume(2, VolumeStatus::locked)};
  u64 number = 0;
  for (const std::string& name : hostile_names()) {
    Outcome outcome;
    outcome.findings = {hostile_finding(name, number)};
    if (number == 2) { // two causes for one stream
      outcome.findings.push_back(outcome.findings.front());
      std::get<RuleRef>(outcome.findings.back().cause).name = "zz_second";
    }
    outcome.stream = outcome.findings.front().stream;
    outcome.bytes.planned = outcome.bytes.scanned = 4096;
    content.outcomes.push_back(outcome);
    ++number;
  }
  content.issues = {{IssueKind::encrypted, 1, 77, "/secret<b>\x1b[2J.docx", "", "read",
                     "EFS-encrypted & not <decrypted>", 4096},
                    {IssueKind::unreadable, 2, std::nullopt, std::nullopt, std::nullopt, "volume",
                     "locked", 1_MiB}};
  return content;
}

/// Sealed below `folder`/case, with copies of every second stream.
inline std::filesystem::path sealed_hostile_case(const TempDir& folder) {
  const std::filesystem::path path = folder / "case";
  std::filesystem::create_directory(path);
  CaseContent content = hostile_case();
  const EvidenceStore store(path);
  u64 number = 0;
  for (Outcome& outcome : content.outcomes) {
    if (++number % 2 != 0) continue;
    const std::string bytes = "<%eval(Request.Item[\"" + std::to_string(number - 1) + "\"])%>";
    for (Finding& finding : outcome.findings) finding.exported = true;
    store.keep(outcome.findings.front().hashes.sha256, bytes_of(bytes));
  }
  seal(journal_of(content, path), path);
  return path;
}

} // namespace coldsweep::test
