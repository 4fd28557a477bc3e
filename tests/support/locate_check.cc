// SPDX-License-Identifier: Apache-2.0
#include "support/locate_check.h"

#include "base/hash.h"
#include "base/text.h"

#include <map>

#include <fmt/format.h>

namespace coldsweep::test {
namespace {

using nlohmann::json;

u64 end_of_extents(const json& finding) {
  const json& extents = finding.at("extents");
  if (extents.empty()) return 0;
  return extents.back().at("offset").get<u64>() + extents.back().at("length").get<u64>();
}

/// The command shows the stream as it is stored, not what was scanned.
bool shows_stored_form(const json& finding) {
  return finding.at("encoding").get<std::string>().starts_with("wof_");
}

/// The first match that isn't at its offset in what was shown; empty if all are.
std::string misplaced_match(const json& finding, const std::string& shown) {
  for (const json& match : finding.at("matches")) {
    if (match.at("media_offset").is_null()) continue;
    const std::string data = match.at("data");
    const u64 offset = match.at("offset");
    const std::string there = offset < shown.size() ? shown.substr(offset, data.size() / 2) : "";
    if (hex(bytes_of(there)) != data)
      return fmt::format("the match at {} is not shown: {}", offset, match.dump());
  }
  return {};
}

/// What is wrong with what the command of a finding shows; empty if nothing is.
std::string fault(const json& finding, const ToolResult& shown, LocateCheck& check) {
  if (shown.status != 0) return fmt::format("status {}: {}", shown.status, shown.err);
  if (finding.at("kind") == "name") {
    const std::string entry = fmt::format("Entry: {}", finding.at("record").get<u64>());
    const bool right = shown.out.find(entry) != std::string::npos || shown.out.starts_with("FILE");
    return right ? "" : "not its MFT record: " + shown.out.substr(0, 100);
  }
  const json& sha256 = finding.at("hashes").at("sha256");
  if (!finding.at("member").is_null() || shows_stored_form(finding))
    return shown.out.empty() ? "nothing is shown" : "";
  if (sha256.is_null()) return {}; // its holes are too long to be shown
  if (finding.at("within").is_null() && finding.at("kind") != "index_slack") {
    ++check.compared;
    if (sha256_of(shown.out) != sha256)
      return fmt::format("{} other bytes of {}", shown.out.size(), finding.at("size").dump());
  }
  return misplaced_match(finding, shown.out);
}

} // namespace

LocateCheck check_locates(const std::filesystem::path& image, const Swept& swept,
                          std::size_t most) {
  constexpr u64 kMostShown = 64_MiB;
  LocateCheck check;
  const auto complain = [&](const json& finding, const std::string& what) {
    check.wrong.push_back(fmt::format("{} ({}): {}: {}", finding.at("path").get<std::string>(),
                                      finding.at("kind").get<std::string>(),
                                      finding.at("locate").dump(), what));
  };
  std::map<std::string, std::vector<const json*>> commands;
  for (const json& finding : swept.findings) {
    const bool reason = !finding.value("no_locate", "").empty();
    if (reason != finding.at("locate").is_null())
      complain(finding, "a command or a reason why there is none expected");
    else if (reason)
      ++check.absent;
    else if (finding.at("size") <= kMostShown && end_of_extents(finding) <= kMostShown)
      commands[finding.at("locate")].push_back(&finding);
  }
  for (const auto& [command, findings] : commands) {
    if (most-- == 0) break;
    const ToolResult shown = run_locate(image, *findings.front());
    for (const json* finding : findings)
      if (const std::string what = fault(*finding, shown, check); !what.empty())
        complain(*finding, what);
  }
  return check;
}

} // namespace coldsweep::test
