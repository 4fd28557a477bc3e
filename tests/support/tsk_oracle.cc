// SPDX-License-Identifier: Apache-2.0
#include "support/tsk_oracle.h"

#include "base/error.h"
#include "base/file.h"
#include "support/hash_all.h"
#include "support/run_tool.h"

#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

namespace coldsweep::test {
namespace {

constexpr u64 kSector = 512;

/// Splits `path:stream` of fls. A stream's name has no `/`, so the colon is in the last component.
void split_name(const std::string& shown, OracleStream& into) {
  const std::size_t slash = shown.rfind('/');
  const std::size_t colon = shown.find(':', slash == std::string::npos ? 0 : slash);
  into.path = "/" + shown.substr(0, colon);
  if (colon != std::string::npos) into.stream = shown.substr(colon + 1);
}

u64 number(const std::string& text) { return std::stoull(text); }

} // namespace

u64 TskAttribute::runs() const {
  u64 count = 0, next = 0;
  for (const u64 cluster : clusters) {
    if (cluster == 0) continue;
    if (cluster != next) ++count;
    next = cluster + 1;
  }
  return count;
}

Tsk::Tsk(std::filesystem::path image, u64 volume_offset)
    : image_(std::move(image)), volume_offset_(volume_offset) {}

bool Tsk::available() { return have_tool("fls") && have_tool("icat") && have_tool("istat"); }

std::vector<std::string> Tsk::command(const char* tool) const {
  return {tool, "-f", "ntfs", "-o", std::to_string(volume_offset_ / kSector)};
}

std::vector<OracleStream> Tsk::streams() const {
  std::vector<std::string> fls = command("fls");
  fls.insert(fls.end(), {"-r", "-p", image_.string()});
  static const std::regex line_form(R"(^\S+ (\* )?(\d+)-128-(\d+)(\(realloc\))?:\t(.*)$)");
  std::vector<OracleStream> found;
  std::istringstream lines(must_run(fls));
  for (std::string line; std::getline(lines, line);) {
    std::smatch part;
    if (!std::regex_match(line, part, line_form)) continue;
    OracleStream stream;
    stream.volume_offset = volume_offset_;
    stream.record = number(part[2]);
    stream.attribute_id = static_cast<u16>(number(part[3]));
    stream.allocated = !part[1].matched;
    split_name(part[5], stream);
    const std::string content = read(stream.record, stream.attribute_id).value_or("");
    stream.size = content.size();
    const Hashes hashes = hash_all(bytes_of(content));
    stream.sha256 = hashes.sha256;
    stream.md5 = hashes.md5;
    found.push_back(std::move(stream));
  }
  return found;
}

std::string Tsk::describe(u64 record) const {
  std::vector<std::string> istat = command("istat");
  istat.insert(istat.end(), {image_.string(), std::to_string(record)});
  return run_tool(istat).out;
}

std::vector<TskAttribute> Tsk::attributes(u64 record) const {
  static const std::regex head(
      R"(^Type: \$DATA \(128-(\d+)\)   Name: (.*)   ((?:Non-)?Resident)(.*?)   size: (\d+)(?:  init_size: (\d+))?$)");
  static const std::regex runs(R"(^[0-9 ]+$)");
  std::vector<TskAttribute> found;
  bool in_data = false;
  std::istringstream lines(describe(record));
  for (std::string line; std::getline(lines, line);) {
    std::smatch part;
    if (std::regex_match(line, part, head)) {
      TskAttribute& attribute = found.emplace_back();
      attribute.id = static_cast<u16>(number(part[1]));
      if (part[2] != "N/A") attribute.name = part[2];
      attribute.resident = part[3] == "Resident";
      const std::string flags = part[4];
      attribute.compressed = flags.find("Compressed") != std::string::npos;
      attribute.sparse = flags.find("Sparse") != std::string::npos;
      attribute.size = number(part[5]);
      attribute.initialized = part[6].matched ? number(part[6]) : attribute.size;
      in_data = true;
    } else if (in_data && std::regex_match(line, runs)) {
      std::istringstream numbers(line);
      for (u64 cluster = 0; numbers >> cluster;) found.back().clusters.push_back(cluster);
    } else {
      in_data = false;
    }
  }
  return found;
}

std::optional<TskAttribute> Tsk::attribute(u64 record, const std::string& name) const {
  for (TskAttribute& candidate : attributes(record))
    if (candidate.name == name) return std::move(candidate);
  return std::nullopt;
}

std::optional<std::string> Tsk::read(u64 record, u16 attribute_id, Recover recover) const {
  std::vector<std::string> icat = command("icat");
  if (recover == Recover::yes) icat.emplace_back("-r");
  icat.insert(icat.end(),
              {image_.string(), std::to_string(record) + "-128-" + std::to_string(attribute_id)});
  ToolResult result = run_tool(icat);
  if (result.status != 0) return std::nullopt;
  return std::move(result.out);
}

std::vector<OracleStream> load_oracle(const std::filesystem::path& path) {
  std::vector<OracleStream> streams;
  std::istringstream lines(read_text(path));
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json entry = nlohmann::json::parse(line);
    streams.push_back({entry.at("volume_offset"), entry.at("path"), entry.at("stream"),
                       entry.at("record"), entry.at("attribute_id"), entry.at("size"),
                       entry.at("allocated"), entry.at("sha256"), entry.at("md5")});
  }
  return streams;
}

} // namespace coldsweep::test
