// SPDX-License-Identifier: Apache-2.0
#include "support/fixtures.h"

#include "base/error.h"
#include "base/file.h"

#include "ntfs_writer/base64.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>

namespace coldsweep::test {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(COLDSWEEP_SOURCE_DIR) / "tests/fixtures";
}

std::filesystem::path file_of(const std::string& name) { return folder() / (name + ".b64"); }

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> names;
  for (std::string word; in >> word;) names.insert(word);
  return names;
}

/// The `# KEY: VALUE` lines of the header. Lines in any other form are the description.
std::map<std::string, std::string> header_of(const std::string& text) {
  static const std::set<std::string> kKeys{"shape",    "path",   "expect",
                                           "variants", "record", "reversed"};
  std::map<std::string, std::string> header;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line) && line.starts_with("# ");) {
    const std::size_t colon = line.find(": ");
    const std::string key = colon == std::string::npos ? "" : line.substr(2, colon - 2);
    if (key == "SPDX-License-Identifier") continue;
    if (kKeys.contains(key))
      header[key] = line.substr(colon + 2);
    else
      header["description"] += (header.contains("description") ? " " : "") + line.substr(2);
  }
  return header;
}

Fixture read_fixture(const std::string& name) {
  Fixture fixture;
  fixture.name = name;
  fixture.content = test::fixture(name);
  fixture.as_stored = read_text(file_of(name));
  std::map<std::string, std::string> header = header_of(fixture.as_stored);
  for (const char* key : {"description", "expect", "variants"}) {
    if (!header.contains(key)) throw Error(file_of(name).string() + ": no `# " + key + "`");
  }
  const std::string& variants = header.at("variants");
  if (variants != "text" && variants != "none")
    throw Error(file_of(name).string() + ": `# variants:` is neither text nor none");
  fixture.description = header.at("description");
  fixture.shape = header["shape"];
  fixture.path = header["path"];
  fixture.expected = words(header.at("expect"));
  fixture.expected.erase("none");
  fixture.has_variants = variants == "text";
  fixture.is_record = header["record"] == "yes";
  if (fixture.shape.empty() != fixture.expected.empty())
    throw Error(file_of(name).string() +
                ": a fixture has a `# shape:` if and only if it raises rules");
  return fixture;
}

} // namespace

std::vector<Fixture> rule_fixtures() {
  std::vector<Fixture> all;
  for (const std::string& name : fixture_names()) all.push_back(read_fixture(name));
  return all;
}

std::string fixture(const std::string& name) {
  const std::filesystem::path path = file_of(name);
  const std::string text = read_text(path);
  std::istringstream lines(text);
  std::string encoded;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) encoded += line;
  const std::optional<std::string> bytes = recipe::from_base64(encoded);
  if (!bytes) throw Error(path.string() + ": not base64");
  if (header_of(text)["reversed"] == "yes") return {bytes->rbegin(), bytes->rend()};
  return *bytes;
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder())) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".b64") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace coldsweep::test
