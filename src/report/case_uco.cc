// SPDX-License-Identifier: Apache-2.0
// CASE 1.x on UCO 1.x, as JSON-LD: the image, the sweep as an investigative action, each stream
// with findings as a file with its facets, and each finding as an analytic result about it.
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/json_list.h"

#include <fmt/format.h>

namespace coldsweep::report {
namespace {

constexpr const char* kContext =
    R"({"@context":{"kb":"urn:coldsweep:kb:","case-investigation":"https://ontology.caseontology.org/case/investigation/","uco-action":"https://ontology.unifiedcyberontology.org/uco/action/","uco-analysis":"https://ontology.unifiedcyberontology.org/uco/analysis/","uco-core":"https://ontology.unifiedcyberontology.org/uco/core/","uco-observable":"https://ontology.unifiedcyberontology.org/uco/observable/","uco-tool":"https://ontology.unifiedcyberontology.org/uco/tool/","uco-types":"https://ontology.unifiedcyberontology.org/uco/types/","xsd":"http://www.w3.org/2001/XMLSchema#"},"@graph":[)";

Json integer(u64 value) { return {{"@type", "xsd:integer"}, {"@value", std::to_string(value)}}; }

class Graph {
public:
  Graph(const SealedCase& sealed, const Output& output) : sealed_(sealed), list_(output) {}

  void add_case() {
    Json facet = facet_of("uco-observable:ImageFacet", "image/facet");
    facet["uco-observable:imageType"] = sealed_.case_text({"image", "format"});
    Json file = facet_of("uco-observable:FileFacet", "image/file");
    file["uco-observable:fileName"] = sealed_.image_name();
    Json content = facet_of("uco-observable:ContentDataFacet", "image/content");
    content["uco-observable:sizeInBytes"] =
        integer(number_of(object_of(sealed_.record, "image"), "size"));
    list_.add({{"@id", id("image")},
               {"@type", "uco-observable:Image"},
               {"uco-core:hasFacet", {facet, file, content}}});
    list_.add({{"@id", id("tool")},
               {"@type", "uco-tool:AnalyticTool"},
               {"uco-core:name", "coldsweep"},
               {"uco-tool:version", sealed_.case_text({"tool", "version"})}});
  }

  void add_stream(const std::vector<FindingRow>& findings) {
    const FindingRow& f = findings.front();
    const std::string key = fmt::format("file/{}", f.number);
    list_.add({{"@id", id(key)},
               {"@type", "uco-observable:File"},
               {"uco-core:hasFacet", facets_of(f, key)}});
    list_.add({{"@id", id(key + "/within")},
               {"@type", "uco-observable:ObservableRelationship"},
               {"uco-core:source", {{"@id", id(key)}}},
               {"uco-core:target", {{"@id", id("image")}}},
               {"uco-core:kindOfRelationship", "Contained_Within"},
               {"uco-core:isDirectional", true}});
    for (const FindingRow& finding : findings) add_finding(finding, key);
  }

  /// Comes last, because it names all results.
  void add_action(u64 findings) {
    Json results = Json::array();
    for (u64 number = 1; number <= findings; ++number)
      results.push_back({{"@id", id(fmt::format("finding/{}", number))}});
    Json action{
        {"@id", id("action")},
        {"@type", "case-investigation:InvestigativeAction"},
        {"uco-core:name", "sweep"},
        {"uco-core:description",
         fmt::format(
             "{} bytes scanned, {} skipped, {} unreadable, {} issues; seal of the manifest {}",
             sealed_.total.scanned, sealed_.total.skipped, sealed_.total.unreadable, sealed_.issues,
             sealed_.seal_sha256)},
        {"uco-action:instrument", {{"@id", id("tool")}}},
        {"uco-action:object", {{"@id", id("image")}}}};
    if (!results.empty()) action["uco-action:result"] = std::move(results);
    list_.add(action);
  }

private:
  std::string id(const std::string& key) const {
    return fmt::format("kb:{}-{}", key.substr(0, key.find('/')),
                       uuid5(sealed_.seal_sha256 + "/case/" + key));
  }

  Json facet_of(const char* type, const std::string& key) const {
    return {{"@id", id(key)}, {"@type", type}};
  }

  Json facets_of(const FindingRow& f, const std::string& key) const {
    Json file = facet_of("uco-observable:FileFacet", key + "/file");
    file["uco-observable:fileName"] =
        printable(full_name(f).substr(std::min(f.path.rfind('/') + 1, f.path.size())));
    file["uco-observable:filePath"] = printable(full_name(f));
    file["uco-observable:allocationStatus"] = f.allocated ? "allocated" : "unallocated";
    file["uco-observable:isDirectory"] = false;
    file["uco-observable:sizeInBytes"] = integer(f.size);
    for (const auto& [name, at] : {std::pair{"observableCreatedTime", 0u},
                                   {"modifiedTime", 1u},
                                   {"metadataChangeTime", 2u},
                                   {"accessedTime", 3u}})
      if (!f.si.at(at).empty())
        file[std::string("uco-observable:") + name] = {{"@type", "xsd:dateTime"},
                                                       {"@value", f.si.at(at)}};
    Json ntfs = facet_of("uco-observable:NTFSFileFacet", key + "/ntfs");
    if (f.record) ntfs["uco-observable:entryID"] = integer(*f.record);
    if (!f.owner_sid.empty()) ntfs["uco-observable:ntfsOwnerSID"] = f.owner_sid;
    Json content = facet_of("uco-observable:ContentDataFacet", key + "/content");
    content["uco-observable:sizeInBytes"] = integer(f.size);
    Json hashes = Json::array();
    for (const auto& [method, digest] :
         {std::pair{"MD5", &f.md5}, {"SHA1", &f.sha1}, {"SHA256", &f.sha256}})
      if (!digest->empty())
        hashes.push_back(
            {{"@id", id(key + "/hash/" + method)},
             {"@type", "uco-types:Hash"},
             {"uco-types:hashMethod", method},
             {"uco-types:hashValue", {{"@type", "xsd:hexBinary"}, {"@value", *digest}}}});
    if (!hashes.empty()) content["uco-observable:hash"] = std::move(hashes);
    Json facets{file, ntfs, content};
    if (!f.extents.empty() && f.extents.front().media_offset) {
      Json range = facet_of("uco-observable:DataRangeFacet", key + "/range");
      range["uco-observable:rangeOffset"] = integer(*f.extents.front().media_offset);
      range["uco-observable:rangeSize"] = integer(f.extents.front().length);
      facets.push_back(range);
    }
    return facets;
  }

  void add_finding(const FindingRow& finding, const std::string& file) {
    const std::string key = fmt::format("finding/{}", finding.number);
    Json classification{{"@id", id(key + "/class")},
                        {"@type", "uco-analysis:ArtifactClassification"},
                        {"uco-analysis:class", printable(finding.cause.name)}};
    if (finding.score)
      classification["uco-analysis:classificationConfidence"] = {
          {"@type", "xsd:decimal"}, {"@value", std::to_string(*finding.score)}};
    Json facet = facet_of("uco-analysis:ArtifactClassificationResultFacet", key + "/facet");
    facet["uco-analysis:classification"] = Json::array({classification});
    list_.add({{"@id", id(key)},
               {"@type", "uco-analysis:AnalyticResult"},
               {"uco-core:name", printable(finding.cause.name)},
               {"uco-core:description",
                fmt::format("{} in {}; {} matches; {}", printable(finding.cause.kind),
                            printable(full_name(finding)), finding.matches.size(),
                            printable(finding.locate))},
               {"uco-core:hasFacet", Json::array({facet})}});
    list_.add({{"@id", id(key + "/about")},
               {"@type", "uco-core:Relationship"},
               {"uco-core:source", {{"@id", id(key)}}},
               {"uco-core:target", {{"@id", id(file)}}},
               {"uco-core:kindOfRelationship", "Result_About"},
               {"uco-core:isDirectional", true}});
  }

  const SealedCase& sealed_;
  JsonList list_;
};

} // namespace

void write_case(const SealedCase& sealed, const Output& output) {
  output(kContext);
  Graph graph(sealed, output);
  graph.add_case();
  sealed.for_each_stream(
      [&](const std::vector<FindingRow>& findings) { graph.add_stream(findings); });
  graph.add_action(sealed.findings);
  output("]}\n");
}

} // namespace coldsweep::report
