// SPDX-License-Identifier: Apache-2.0
#include "support/run_sweep.h"

#include "base/file.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace coldsweep::test {
namespace {

RuleSet rules_of(const std::string& text, const SweepOptions& options) {
  const BuiltinRuleFile file{"test.yar", text};
  RuleLoadOptions load{false, options.log_rules};
  load.definitions = parse_definitions(options.define);
  return RuleSet::load_builtin(std::span(&file, 1), load);
}

void parse_manifest(Swept& swept) {
  swept.manifest = read_text(swept.case_folder() / "manifest.jsonl");
  std::istringstream lines(swept.manifest);
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json json = nlohmann::json::parse(line);
    const std::string type = json.at("type");
    if (type == "case")
      swept.case_record = std::move(json);
    else if (type == "seal")
      swept.seal = std::move(json);
    else if (type == "volume")
      swept.volumes.push_back(std::move(json));
    else if (type == "finding")
      swept.findings.push_back(std::move(json));
    else if (type == "issue")
      swept.issues.push_back(std::move(json));
    else
      swept.coverage.push_back(std::move(json));
  }
}

SweepResult sweep_path(const SweepOptions& options, const RuleSet& rules,
                       const SweepControl& control) {
  const Evidence evidence = open_evidence(options, control.stop);
  return sweep_image(evidence.image, evidence.volumes, options, rules, control);
}

template <typename Run>
Swept swept_by(SweepOptions& options, const Run& run, const SweepHooks& hooks = {}) {
  Swept swept;
  options.output = swept.case_folder();
  Progress progress;
  const StopFlag stop;
  const HashSets sets = HashSets::load({options.known_bad, options.known_good});
  const auto sweep = [&] { swept.result = run(SweepControl{progress, stop, &sets, hooks.wrap}); };
  if (hooks.around)
    hooks.around(sweep);
  else
    sweep();
  parse_manifest(swept);
  return swept;
}

} // namespace

nlohmann::json Swept::finding(const std::string& path, const std::string& stream) const {
  for (const nlohmann::json& f : findings)
    if (f.at("path") == path && f.at("stream") == stream) return f;
  return nullptr;
}

std::vector<std::string> Swept::paths() const {
  std::vector<std::string> all;
  for (const nlohmann::json& f : findings) {
    const std::string stream = f.at("stream");
    all.push_back(f.at("path").get<std::string>() + (stream.empty() ? "" : ":" + stream));
  }
  std::sort(all.begin(), all.end());
  return all;
}

u64 Swept::issues_of_kind(const std::string& kind) const {
  return static_cast<u64>(std::count_if(
      issues.begin(), issues.end(), [&](const nlohmann::json& i) { return i.at("kind") == kind; }));
}

Swept run_sweep(const std::filesystem::path& image, const std::string& rules,
                SweepOptions options) {
  options.image = {image};
  return swept_by(options, [&](const SweepControl& control) {
    return sweep_path(options, rules_of(rules, options), control);
  });
}

Swept run_sweep_with(const std::filesystem::path& image, const std::string& rules,
                     const SweepOptions& options, const SweepHooks& hooks) {
  SweepOptions own = options;
  own.image = {image};
  const RuleSet set = rules_of(rules, own);
  return swept_by(
      own, [&](const SweepControl& control) { return sweep_path(own, set, control); }, hooks);
}

Swept run_sweep(const SourcePtr& volume, const std::string& rules, SweepOptions options) {
  Image image;
  image.format = "raw";
  image.segments = {{"memory.raw", volume->size()}};
  image.media = volume;
  const VolumeTable table{"none", {{"v", 0, volume->size(), "ntfs", "", "", volume}}, {}};
  return swept_by(options, [&](const SweepControl& control) {
    return sweep_image(image, table, options, rules_of(rules, options), control);
  });
}

bool Swept::has_issue(const std::string& words, const std::string& kind) const {
  return std::any_of(issues.begin(), issues.end(), [&](const nlohmann::json& issue) {
    return (kind.empty() || issue.at("kind") == kind) &&
           issue.at("message").get<std::string>().find(words) != std::string::npos;
  });
}

ToolResult run_locate(const std::filesystem::path& image, const nlohmann::json& finding) {
  const std::string command = finding.at("locate");
  const char* const shell = command.find("$'") == std::string::npos ? "sh" : "bash";
  return run_tool({shell, "-c", "cd " + image.parent_path().string() + " && " + command});
}

void require_balanced(const Swept& swept) {
  for (const nlohmann::json& coverage : swept.coverage) {
    const nlohmann::json& b = coverage.at("bytes");
    const u64 sum = b.at("scanned").get<u64>() + b.at("sparse").get<u64>() +
                    b.at("skipped").get<u64>() + b.at("unreadable").get<u64>();
    if (sum != b.at("planned").get<u64>())
      throw Error("the byte account does not add up: " + coverage.dump());
    const nlohmann::json& clusters = coverage.at("clusters");
    u64 parts = 0, reasons = 0;
    for (const char* part :
         {"streams", "slack", "unallocated", "metadata", "skipped", "unreadable"})
      parts += clusters.at(part).get<u64>();
    for (const auto& [reason, bytes] : clusters.at("skipped_by").items())
      reasons += bytes.get<u64>();
    const nlohmann::json& volume = swept.volumes.at(coverage.at("volume").get<std::size_t>());
    if (parts != clusters.at("size") || clusters.at("size") != volume.at("size") ||
        reasons != clusters.at("skipped"))
      throw Error("the clusters do not add up to the volume: " + coverage.dump());
  }
}

} // namespace coldsweep::test
