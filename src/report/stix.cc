// SPDX-License-Identifier: Apache-2.0
// STIX 2.1: for each stream with findings a `file`, its `directory`, and a `malware-analysis` that
// says what matched. All identifiers are version 5 UUIDs, for observables computed as the standard
// prescribes. So the same case always gives the same bundle.
#include "base/text.h"
#include "report/fields.h"
#include "report/formats.h"
#include "report/json_list.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep::report {
namespace {

constexpr const char* kNoTime = "1970-01-01T00:00:00.000Z";

/// Milliseconds, as the standard recommends; absent for years that it can't express.
std::optional<std::string> stix_time(const std::string& iso) {
  if (!unix_time(iso) || iso.size() < 19 || iso[4] != '-') return std::nullopt;
  const std::string fraction = iso.size() > 20 && iso[19] == '.' ? iso.substr(20, 3) : "";
  return fmt::format("{}.{:0<3}Z", iso.substr(0, 19), fraction.substr(0, fraction.find('Z')));
}

class Bundle {
public:
  Bundle(const SealedCase& sealed, const Output& output) : sealed_(sealed), list_(output) {
    const std::string acquired = sealed.case_text({"image", "acquisition", "acquired"});
    // Objects need a time of creation, and a report may not depend on the clock.
    time_ = stix_time(acquired).value_or(kNoTime);
  }

  void add_identity() {
    identity_ = "identity--" + uuid5("coldsweep");
    Json object = domain_object("identity", identity_);
    object.erase("created_by_ref");
    object["name"] = "coldsweep " + sealed_.case_text({"tool", "version"});
    object["identity_class"] = "system";
    list_.add(object);
  }

  void add_stream(const std::vector<FindingRow>& findings) {
    const std::string file = add_file(findings.front());
    std::set<std::string> names;
    std::optional<i64> best;
    Json numbers = Json::array();
    for (const FindingRow& finding : findings) {
      names.insert(finding.cause.name);
      numbers.push_back(finding.number);
      if (finding.score && (!best || *finding.score > *best)) best = finding.score;
    }
    const FindingRow& first = findings.front();
    Json object =
        domain_object("malware-analysis",
                      "malware-analysis--" +
                          uuid5(fmt::format("{}/analysis/{}", sealed_.seal_sha256, first.number)));
    object["product"] = "coldsweep";
    object["version"] = sealed_.case_text({"tool", "version"});
    object["analysis_definition_version"] = sealed_.case_text({"rules", "sha256"});
    object["result_name"] = clipped(fmt::format("{}", fmt::join(names, ", ")), 4096);
    object["result"] = weight_of(best) == Weight::high || weight_of(best) == Weight::medium
                           ? "suspicious"
                           : "unknown";
    object["sample_ref"] = file;
    object["x_coldsweep_findings"] = std::move(numbers);
    if (best) object["x_coldsweep_score"] = *best;
    object["x_coldsweep_volume"] = sealed_.locator(first.volume);
    if (first.record) object["x_coldsweep_mft_record"] = *first.record;
    object["x_coldsweep_allocated"] = first.allocated;
    object["x_coldsweep_locate"] = first.locate;
    list_.add(object);
  }

  /// What was found means little without what was not looked at.
  void add_coverage() {
    Json object = domain_object("note", "note--" + uuid5(sealed_.seal_sha256 + "/coverage"));
    std::string text =
        fmt::format("Image {} ({}). {} streams and {} bytes scanned; {} bytes skipped, {} bytes "
                    "unreadable, {} issues. Seal {}.",
                    printable(sealed_.image_name()), sealed_.case_text({"image", "format"}),
                    sealed_.total.streams_scanned, sealed_.total.scanned, sealed_.total.skipped,
                    sealed_.total.unreadable, sealed_.issues, sealed_.seal_sha256);
    for (const VolumeRow& volume : sealed_.volumes)
      if (volume.status != "swept")
        text +=
            fmt::format(" Volume {} was not swept: {}.", printable(volume.locator), volume.status);
    object["abstract"] = "What was examined, and what was not";
    object["content"] = text;
    object["object_refs"] = {identity_};
    list_.add(object);
  }

private:
  Json domain_object(const char* type, const std::string& id) const {
    return {{"type", type},     {"spec_version", "2.1"}, {"id", id}, {"created_by_ref", identity_},
            {"created", time_}, {"modified", time_}};
  }

  std::string add_file(const FindingRow& finding) {
    const std::size_t slash = std::min(finding.path.rfind('/'), finding.path.size());
    const std::string folder =
        slash == 0 || finding.path.empty() ? "/" : finding.path.substr(0, slash);
    const std::string directory = "directory--" + stix_uuid5(json_text(Json{{"path", folder}}));
    if (made_.insert(directory).second)
      list_.add(
          {{"type", "directory"}, {"spec_version", "2.1"}, {"id", directory}, {"path", folder}});
    std::string name = full_name(finding).substr(slash == finding.path.size() ? 0 : slash + 1);
    if (name.empty()) name = fmt::format("record {}", finding.record.value_or(0));

    Json hashes = Json::object(), one_hash = Json::object();
    for (const auto& [algorithm, digest] :
         {std::pair{"MD5", &finding.md5}, {"SHA-1", &finding.sha1}, {"SHA-256", &finding.sha256}}) {
      if (digest->empty()) continue;
      hashes[algorithm] = *digest;
      if (one_hash.empty()) one_hash[algorithm] = *digest;
    }
    // The contributing properties, sorted by name (RFC 8785).
    Json contributing = Json::object();
    if (!one_hash.empty()) contributing["hashes"] = one_hash;
    contributing["name"] = name;
    contributing["parent_directory_ref"] = directory;
    const std::string id = "file--" + stix_uuid5(json_text(contributing));
    if (!made_.insert(id).second) return id;
    Json object{{"type", "file"}, {"spec_version", "2.1"}, {"id", id}};
    if (!hashes.empty()) object["hashes"] = hashes;
    object["size"] = finding.size;
    object["name"] = name;
    for (const auto& [field, at] : {std::pair{"ctime", 0u}, {"mtime", 1u}, {"atime", 3u}})
      if (const std::optional<std::string> time = stix_time(finding.si.at(at)))
        object[field] = *time;
    object["parent_directory_ref"] = directory;
    list_.add(object);
    return id;
  }

  const SealedCase& sealed_;
  JsonList list_;
  std::string time_, identity_;
  std::unordered_set<std::string> made_;
};

} // namespace

void write_stix(const SealedCase& sealed, const Output& output) {
  output(fmt::format("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[",
                     uuid5(sealed.seal_sha256 + "/bundle")));
  Bundle bundle(sealed, output);
  bundle.add_identity();
  bundle.add_coverage();
  sealed.for_each_stream(
      [&](const std::vector<FindingRow>& findings) { bundle.add_stream(findings); });
  output("]}\n");
}

} // namespace coldsweep::report
