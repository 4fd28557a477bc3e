// SPDX-License-Identifier: Apache-2.0
#include "sweep/build_case_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coldsweep {
namespace {

ImageRecord image_record(const Image& image) {
  ImageRecord record;
  record.format = image.format;
  record.size = image.media->size();
  for (const ImageSegment& segment : image.segments)
    record.segments.push_back({segment.path.filename().string(), segment.size});
  record.acquisition = image.acquisition;
  record.stored_hashes = image.stored_hashes;
  for (const MediaRange& range : image.acquisition_errors)
    record.acquisition_errors.emplace_back(range.offset, range.length);
  return record;
}

std::vector<std::string> scope_names(const Scope& scope) {
  std::vector<std::string> names;
  if (scope.allocated) names.emplace_back("allocated");
  if (scope.deleted) names.emplace_back("deleted");
  if (scope.alternate_streams) names.emplace_back("ads");
  if (scope.archives) names.emplace_back("archives");
  if (scope.slack) names.emplace_back("slack");
  if (scope.unallocated) names.emplace_back("unallocated");
  if (scope.efs) names.emplace_back("efs");
  if (scope.system) names.emplace_back("system");
  return names;
}

std::string_view name_of(ImageHash wanted) {
  switch (wanted) {
  case ImageHash::none: return "none";
  case ImageHash::stored: return "stored";
  case ImageHash::sha256: return "sha256";
  }
  return "none";
}

} // namespace

std::string tool_version() { return COLDSWEEP_VERSION; }
std::string tool_commit() { return COLDSWEEP_COMMIT; }

CaseRecord build_case_record(const SweepOptions& options, const Image& image,
                             const RuleSet& rules) {
  CaseRecord record;
  record.tool_version = tool_version();
  record.tool_commit = tool_commit();
  record.engines = {{"yara", yara_version()}, {"sleuthkit", COLDSWEEP_TSK_VERSION}};
  if (image.format == "ewf") record.engines["ewf"] = ewf_version();
  record.info = options.case_info;
  record.image = image_record(image);
  record.rules = rules.record();
  record.scope = scope_names(options.scope);
  record.options = {
      {"timeout", std::to_string(options.timeout_seconds)},
      {"export", options.export_matched ? std::to_string(options.export_limit) : "none"}};
  record.options["skip_known"] = options.skip_known ? "yes" : "no";
  record.options["image_hash"] = std::string(name_of(options.image_hash));
  std::string volumes;
  for (const std::string& locator : options.volumes)
    volumes += (volumes.empty() ? "" : ",") + locator;
  record.options["volumes"] = volumes.empty() ? "all" : volumes;
  if (!options.volume_at.empty())
    record.options["volume_at"] = fmt::format("{}", fmt::join(options.volume_at, ","));
  if (options.find_volumes) record.options["find_volumes"] = "yes";
  std::string log_rules;
  for (const std::string& pattern : options.log_rules)
    log_rules += (log_rules.empty() ? "" : ",") + pattern;
  record.options["log_rules"] = log_rules.empty() ? "tag log" : log_rules;
  if (!options.define.empty())
    record.options["define"] = fmt::format("{}", fmt::join(options.define, "\n"));
  if (options.one_namespace) record.options["one_namespace"] = "yes";
  return record;
}

} // namespace coldsweep
