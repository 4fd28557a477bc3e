// SPDX-License-Identifier: Apache-2.0
// Reports of a case with hostile names. Each is what its format demands, is the same when made
// twice, and is read by its usual program if that is installed.
#include "unit/report_fixture.h"

#include "report/formats.h"
#include "report/text_forms.h"
#include "support/catch.h"
#include "support/run_tool.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

using namespace coldsweep;
using namespace coldsweep::test;
using report::Json;

namespace {

std::string report_of(const std::filesystem::path& folder, const std::string& format) {
  const report::SealedCase sealed(folder);
  std::string text;
  const report::Output output = [&](std::string_view piece) { text += piece; };
  if (format == "terminal")
    report::write_terminal_page(sealed, output);
  else
    report::format_named(format)->write(sealed, output);
  return text;
}

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (const std::string& line : lines_of(text)) lines.push_back(Json::parse(line));
  return lines;
}

/// One case for all tests, which only read it.
const std::filesystem::path& hostile() {
  static const TempDir folder;
  static const std::filesystem::path path = sealed_hostile_case(folder);
  return path;
}

/// The cells of a CSV text (RFC 4180).
std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& cell = rows.back().back();
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      cell += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      rows.back().emplace_back();
    } else if (!quoted && text.substr(i, 2) == "\r\n") {
      rows.emplace_back(1);
      ++i;
    } else {
      cell += text[i];
    }
  }
  rows.pop_back();
  return rows;
}

} // namespace

TEST_CASE("every report of a case is byte-identical when made twice") {
  const TempDir other;
  const std::filesystem::path again = sealed_hostile_case(other);
  for (const report::Format& format : report::formats()) {
    CAPTURE(format.name);
    const std::string first = report_of(hostile(), std::string(format.name));
    CHECK(first.size() > 1000);
    CHECK(is_utf8(first));
    CHECK(report_of(again, std::string(format.name)) == first);
  }
}

TEST_CASE("the reports in the golden folder have not changed") {
  for (const std::string format : {"csv", "hashdeep", "bodyfile", "terminal"}) {
    CAPTURE(format);
    // Long names make the files long, and a hash of them says as much.
    std::string text = report_of(hostile(), format);
    for (const std::string& name : hostile_names())
      if (name.size() > 1000)
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;)
          text.replace(at, name.size(), "{{" + std::to_string(name.size()) + " bytes}}");
    const std::filesystem::path golden =
        std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "tests" / "golden" / ("report." + format);
    if (std::getenv("UPDATE_GOLDEN")) overwrite(golden, text);
    CHECK(text == content_of(golden));
  }
}

TEST_CASE("a finding of a hash set is named by what the set says, never by the set") {
  const auto without = [](std::string text, const std::string& words) {
    for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos;)
      text.erase(at, words.size());
    return text;
  };
  std::vector<std::string> formats{"terminal"};
  for (const report::Format& format : report::formats()) formats.emplace_back(format.name);
  for (const std::string& format : formats) {
    CAPTURE(format);
    std::string text = report_of(hostile(), format);
    CHECK((text.find("entry-of-it") != std::string::npos) == (format != "hashdeep"));
    if (format == "csv") {
      const auto rows = csv_rows(text);
      const auto column = std::find(rows.front().begin(), rows.front().end(), "hash_set");
      REQUIRE(column != rows.front().end());
      text.clear();
      for (std::vector<std::string> row : rows) {
        row.at(static_cast<std::size_t>(column - rows.front().begin())).clear();
        for (const std::string& cell : row) text += cell + '\n';
      }
    }
    // The set is where it comes from.
    for (const char* source : {"\"hash_set\":\"", "\"hashSet\":\"", "\"set\":\"", " hash_set=\""})
      text = without(text, source + std::string("bad-list"));
    CHECK(text.find("bad-list") == std::string::npos);
  }
}

TEST_CASE("a CSV report has a row for each finding, equal columns, and no cell that a spreadsheet "
          "would run") {
  const auto rows = csv_rows(report_of(hostile(), "csv"));
  REQUIRE(rows.size() == hostile_names().size() + 2); // the names, one more finding, and the header
  for (const std::vector<std::string>& row : rows) {
    CHECK(row.size() == rows.front().size());
    for (const std::string& cell : row) {
      CHECK((cell.empty() || std::string("=@+").find(cell.front()) == std::string::npos));
      CHECK(cell.find_first_of("\r\n\x1b") == std::string::npos);
    }
  }
}

TEST_CASE("a flat JSON line nests nothing but lists of plain values") {
  const std::vector<Json> lines = json_lines(report_of(hostile(), "jsonl"));
  REQUIRE(lines.size() == hostile_names().size() + 1);
  for (const Json& line : lines)
    for (const Json& value : line) {
      CHECK(!value.is_object());
      if (value.is_array())
        for (const Json& element : value) CHECK(!element.is_structured());
    }
  CHECK(lines.front().at("path") == "/plain.aspx");
}

TEST_CASE(
    "Timesketch gets its three fields in every row, and no field longer than its index takes") {
  const std::vector<Json> lines = json_lines(report_of(hostile(), "timesketch"));
  std::set<u64> findings;
  for (const Json& line : lines) {
    for (const char* field : {"message", "datetime", "timestamp_desc"})
      CHECK(!line.at(field).get<std::string>().empty());
    const std::string time = line.at("datetime");
    CHECK(time.size() == std::string("2021-03-02T10:11:12.123456+00:00").size());
    for (const Json& value : line)
      if (value.is_string()) CHECK(value.get_ref<const std::string&>().size() < 32'766);
    findings.insert(line.at("finding").get<u64>());
  }
  CHECK(findings.size() == hostile_names().size() + 1);
  const auto with = [&](const std::string& text) {
    return std::count_if(lines.begin(), lines.end(), [&](const Json& line) {
      return line.at("timestamp_desc").get<std::string>().find(text) != std::string::npos;
    });
  };
  CHECK(with("Log Record Time") == 1);
  CHECK(with("out of Timesketch's range") == 2); // 1601 and 60056
}

TEST_CASE("a body file has eleven fields in every line, and mactime reads it") {
  const std::string body = report_of(hostile(), "bodyfile");
  for (const std::string& line : lines_of(body))
    CHECK(std::count(line.begin(), line.end(), '|') == 10);
  if (!have_tool("mactime")) SKIP("no mactime");
  const TempDir folder;
  overwrite(folder / "body", body);
  const std::string timeline =
      must_run({"mactime", "-b", (folder / "body").string(), "-d", "-z", "UTC"});
  CHECK(timeline.find("Mon Mar 01 2021 00:00:00,") != std::string::npos);
  CHECK(timeline.find("pipe\\x7cbar") != std::string::npos);
}

TEST_CASE("hashdeep audits the evidence copies against the report, and notices a changed one") {
  if (!have_tool("hashdeep") || !have_tool("sh")) SKIP("no hashdeep");
  const TempDir folder;
  const std::filesystem::path path = sealed_hostile_case(folder);
  overwrite(folder / "known", report_of(path, "hashdeep"));
  const std::vector<std::string> audit{
      "sh", "-c", "cd \"$0\" && exec hashdeep -r -l -a -k ../known evidence", path.string()};
  CHECK(run_tool(audit).status == 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path / "evidence"))
    if (entry.is_regular_file()) {
      overwrite(entry.path(), "changed");
      break;
    }
  CHECK(run_tool(audit).status != 0);
}

TEST_CASE("a DFXML report is well-formed, with a byte run for each match") {
  const std::string text = report_of(hostile(), "dfxml");
  CHECK(text.find("<alloc_inode>0</alloc_inode><alloc_name>0</alloc_name>") != std::string::npos);
  CHECK(text.find("<byte_run file_offset=\"2\" img_offset=\"2097154\" len=\"4\"/>") !=
        std::string::npos);
  if (!have_tool("xmllint")) SKIP("no xmllint");
  const TempDir folder;
  overwrite(folder / "report.dfxml", text);
  const ToolResult result =
      run_tool({"xmllint", "--nonet", "--noout", "--huge", (folder / "report.dfxml").string()});
  CHECK(result.err.empty());
  CHECK(result.status == 0);
  const char* schema = std::getenv("COLDSWEEP_DFXML_SCHEMA"); // see tests/README.md
  if (schema)
    CHECK(run_tool({"xmllint", "--nonet", "--noout", "--huge", "--schema", schema,
                    (folder / "report.dfxml").string()})
              .status == 0);
}

TEST_CASE("a STIX bundle has unique version 5 identifiers, and each reference leads to an object") {
  const Json bundle = Json::parse(report_of(hostile(), "stix"));
  std::set<std::string> ids;
  for (const Json& object : bundle.at("objects")) {
    const std::string id = object.at("id");
    CHECK(ids.insert(id).second);
    CHECK(id.starts_with(object.at("type").get<std::string>() + "--"));
    CHECK(id.at(id.size() - 22) == '5');
    CHECK(object.at("spec_version") == "2.1");
  }
  std::size_t analyses = 0;
  for (const Json& object : bundle.at("objects")) {
    for (const char* field : {"created_by_ref", "sample_ref", "parent_directory_ref"})
      if (object.contains(field)) CHECK(ids.contains(object.at(field).get<std::string>()));
    analyses += object.at("type") == "malware-analysis" ? 1 : 0;
  }
  CHECK(analyses == hostile_names().size());
  // An observable's identifier for {"path":"/"}, by the standard's own method.
  CHECK(ids.contains("directory--" + report::stix_uuid5("{\"path\":\"/\"}")));
}

TEST_CASE("name-based UUIDs are the same as those of other programs") {
  // Python: uuid.uuid5(uuid.UUID('00abedb4-aa42-466c-9c01-fed23315a9b7'), '{"path":"/"}')
  CHECK(report::stix_uuid5("{\"path\":\"/\"}") == "04055a8d-a6a1-5007-8464-9672a3200396");
}

TEST_CASE("each CASE node that is referenced is in the graph") {
  const Json graph = Json::parse(report_of(hostile(), "case")).at("@graph");
  std::set<std::string> ids;
  for (const Json& node : graph) CHECK(ids.insert(node.at("@id").get<std::string>()).second);
  std::size_t results = 0;
  for (const Json& node : graph) {
    for (const char* field :
         {"uco-core:source", "uco-core:target", "uco-action:instrument", "uco-action:object"})
      if (node.contains(field)) CHECK(ids.contains(node.at(field).at("@id").get<std::string>()));
    if (node.contains("uco-action:result"))
      for (const Json& result : node.at("uco-action:result"))
        CHECK(ids.contains(result.at("@id").get<std::string>()));
    results += node.at("@type") == "uco-analysis:AnalyticResult" ? 1 : 0;
  }
  CHECK(results == hostile_names().size() + 1);
}

TEST_CASE("a SARIF result names its rule, its level, and its bytes") {
  const Json run = Json::parse(report_of(hostile(), "sarif")).at("runs").at(0);
  const Json& rules = run.at("tool").at("driver").at("rules");
  REQUIRE(run.at("results").size() == hostile_names().size() + 1);
  for (const Json& result : run.at("results")) {
    CHECK(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id") == result.at("ruleId"));
    const Json& place = result.at("locations").at(0).at("physicalLocation");
    CHECK(
        place.at("artifactLocation").at("uri").get<std::string>().find_first_of(" <>\"|\\^`{}\n") ==
        std::string::npos);
    CHECK(place.at("region").at("snippet").at("binary") == "ZXZhbA==");
  }
  CHECK(run.at("invocations").at(0).at("toolExecutionNotifications").size() == 2);
}

TEST_CASE(
    "the report for the terminal says what was not looked at, and sends no control characters") {
  const std::string page = report_of(hostile(), "terminal");
  for (const char* expected : {"case_number 2021-17", "EXAMINED", "disk.001", "NOT LOOKED AT",
                               "volume p2", "locked", "encrypted", "1 rule file left out"})
    CHECK(page.find(expected) != std::string::npos);
  for (const char c : page) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK(page.find("\xE2\x80\xAE") == std::string::npos);
}

TEST_CASE("report.html loads nothing, runs only its own script, and treats names as text") {
  const std::string page = report_of(hostile(), "html");
  for (const char* forbidden : {"<script>window", "</script><script>w", "<img", "<link", "url(",
                                "@import", "http:", "https:", "{{policy}}"})
    CHECK(page.find(forbidden) == std::string::npos);
  const auto between = [&](const std::string& from, const std::string& to) {
    const std::size_t begin = page.find(from) + from.size();
    return page.substr(begin, page.find(to, begin) - begin);
  };
  const std::string policy = between("Content-Security-Policy\" content=\"", "\"");
  CHECK(policy.starts_with("default-src 'none'; script-src 'sha256-"));
  CHECK(policy.find("unsafe") == std::string::npos);
  for (const auto& [from, to] : {std::pair{"<style>", "</style>"}, {"<script>", "</script>"}})
    CHECK(policy.find("'sha256-" + report::base64_of_hex(sha256_of(between(from, to))) + "'") !=
          std::string::npos);
  CHECK(Json::parse(between("id=\"index\">", "</script>")).at("rows").size() ==
        hostile_names().size() + 1);
  CHECK(json_lines(between("id=\"details\">", "</script>")).size() == hostile_names().size() + 1);
}

TEST_CASE("a case without findings is reported as such in every format") {
  const TempDir folder;
  CaseContent content;
  content.volumes = {some_volume(1)};
  seal(journal_of(content, folder.path()), folder.path());
  for (const report::Format& format : report::formats())
    CHECK_NOTHROW(report_of(folder.path(), std::string(format.name)));
  CHECK(report_of(folder.path(), "terminal").find("FINDINGS  none") != std::string::npos);
  CHECK(report_of(folder.path(), "html").find("Nothing matched.") != std::string::npos);
}

TEST_CASE("fields of a later version are ignored, and a field of another type is named") {
  const TempDir folder;
  const std::string line =
      R"({"type":"finding","volume":1,"path":"/a","future":{"x":[1]},"score":null,"known":{"set":"NSRL","entry":"e"},"rule":{"name":"r"}})";
  CHECK(report::finding_of(Json::parse(line)).known == "NSRL, e");
  CHECK_THROWS_WITH(
      report::finding_of(Json::parse(R"({"type":"finding","path":7,"rule":{"name":"r"}})")),
      "`path`: expected a text");
  CHECK_THROWS_WITH(report::finding_of(Json::parse(R"({"type":"finding","path":"/"})")),
                    "a finding without `rule`, `hash_set` or `anomaly`");
}

TEST_CASE("manifest times are converted to seconds, whatever their year") {
  using report::UnixTime;
  CHECK(report::unix_time("1970-01-01T00:00:00.0000000Z") == UnixTime{0, 0});
  CHECK(report::unix_time("2021-03-02T10:11:12.1234567Z") == UnixTime{1'614'679'872, 1'234'567});
  CHECK(report::unix_time("1601-01-01T00:00:00.0000001Z") == UnixTime{-11'644'473'600, 1});
  CHECK(report::unix_time("60056-05-28T05:36:10.9551615Z") ==
        UnixTime{1'833'029'933'770, 9'551'615});
  CHECK(!report::unix_time("yesterday"));
  CHECK(!report::unix_time("2021-13-02T10:11:12Z"));
}
