// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0: a result for each finding, with its matches as byte regions of the stream. Issues
// become notifications.
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/json_list.h"

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr std::size_t kMostLocations = 100;

/// A relative URI: volume, then the path, percent-encoded (RFC 3986).
std::string uri_of(const SealedCase& sealed, const FindingRow& finding) {
  std::string uri;
  for (const char c : sealed.locator(finding.volume) + full_name(finding)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json location_of(const std::string& uri, const MatchRow& match) {
  Json region{{"byteOffset", match.offset}, {"byteLength", match.length}};
  if (!match.data.empty()) region["snippet"] = {{"binary", base64_of_hex(match.data)}};
  return {
      {"physicalLocation", {{"artifactLocation", {{"uri", uri}}}, {"region", std::move(region)}}},
      {"message", {{"text", printable(match.id)}}},
      {"properties",
       {{"mediaOffset", match.media_offset ? Json(*match.media_offset) : Json(nullptr)}}}};
}

std::string_view level_of(Weight weight) {
  return weight == Weight::high ? "error" : weight == Weight::low ? "note" : "warning";
}

Json result_of(const SealedCase& sealed, const FindingRow& finding, std::size_t rule) {
  const std::string uri = uri_of(sealed, finding);
  Json result{{"ruleId", finding.cause.name},
              {"ruleIndex", rule},
              {"level", level_of(weight_of(finding.score))},
              {"message",
               {{"text", fmt::format("{} in {}:{}{}", printable(finding.cause.name),
                                     sealed.locator(finding.volume), printable(full_name(finding)),
                                     finding.allocated ? "" : " (deleted)")}}}};
  Json first{{"physicalLocation", {{"artifactLocation", {{"uri", uri}}}}}};
  if (!finding.matches.empty()) first = location_of(uri, finding.matches.front());
  result["locations"] = Json::array({first});
  Json others = Json::array();
  for (std::size_t i = 1; i < std::min(finding.matches.size(), kMostLocations); ++i)
    others.push_back(location_of(uri, finding.matches[i]));
  if (!others.empty()) result["relatedLocations"] = std::move(others);
  result["fingerprints"] = {
      {"coldsweep/1", uuid5(fmt::format("{}/finding/{}", sealed.seal_sha256, finding.number))}};
  Json why = Json::array();
  for (const ReasonRow& reason : finding.why)
    why.push_back({{"reason", reason.reason}, {"points", reason.points}});
  result["properties"] = {{"score", finding.score ? Json(*finding.score) : Json(nullptr)},
                          {"place", finding.place},
                          {"hashSet", finding.cause.set},
                          {"why", std::move(why)},
                          {"notes", finding.caveats},
                          {"matches", finding.matches.size()},
                          {"mftRecord", finding.record ? Json(*finding.record) : Json(nullptr)},
                          {"allocated", finding.allocated},
                          {"sha256", finding.sha256},
                          {"locate", finding.locate}};
  return result;
}

Json rule_of(const std::string& name) {
  return {{"id", name}, {"name", name}, {"shortDescription", {{"text", printable(name)}}}};
}

Json notification_of(const SealedCase& sealed, const IssueRow& issue) {
  return {{"level", "warning"},
          {"descriptor", {{"id", issue.kind}}},
          {"message",
           {{"text",
             fmt::format("{}{}{}: {}", issue.volume ? sealed.locator(*issue.volume) + ":" : "",
                         printable(issue.path), issue.path.empty() ? printable(issue.stage) : "",
                         printable(issue.message))}}},
          {"properties", {{"bytes", issue.bytes}, {"stage", issue.stage}}}};
}

} // namespace

void write_sarif(const SealedCase& sealed, const Output& output) {
  output("{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
         "sarif-schema-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
         "\"tool\":{\"driver\":{\"name\":\"coldsweep\",\"version\":");
  output(json_text(sealed.case_text({"tool", "version"})));
  output(",\"rules\":[");
  std::map<std::string, std::size_t> rules;
  JsonList rule_list(output);
  for (const auto& [name, count] : sealed.causes) {
    rules.emplace(name, rules.size());
    rule_list.add(rule_of(name));
  }
  output("]}},\"columnKind\":\"utf16CodeUnits\",\"invocations\":[{\"executionSuccessful\":true,"
         "\"toolExecutionNotifications\":[");
  JsonList notifications(output);
  sealed.for_each_issue(
      [&](const IssueRow& issue) { notifications.add(notification_of(sealed, issue)); });
  output("]}],\"results\":[");
  JsonList results(output);
  sealed.for_each_finding([&](const FindingRow& finding) {
    results.add(result_of(sealed, finding, rules.at(finding.cause.name)));
  });
  output(fmt::format("],\"properties\":{{\"seal\":{}}}}}]}}\n", json_text(sealed.seal_sha256)));
}

} // namespace coldsweep::report
