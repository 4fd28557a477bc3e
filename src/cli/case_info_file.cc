// SPDX-License-Identifier: Apache-2.0
#include "cli/case_info_file.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace coldsweep {
namespace {

constexpr u64 kLargestFile = 64_KiB; // reports show all of it on their first screen

constexpr std::array<std::pair<std::string_view, std::optional<std::string> CaseInfo::*>, 5>
    kFields{{{"case_number", &CaseInfo::case_number},
             {"exhibit", &CaseInfo::exhibit},
             {"examiner", &CaseInfo::examiner},
             {"agency", &CaseInfo::agency},
             {"notes", &CaseInfo::notes}}};

CaseInfo info_of(const toml::table& table, const std::string& name) {
  CaseInfo info;
  for (const auto& [key, node] : table) {
    const auto field =
        std::find_if(kFields.begin(), kFields.end(),
                     [&key = key](const auto& known) { return known.first == key.str(); });
    if (field == kFields.end())
      throw UsageError(
          fmt::format("{}: line {}: {}: expected case_number, exhibit, examiner, agency or notes",
                      name, key.source().begin.line, key.str()));
    const std::optional<std::string> text = node.value_exact<std::string>();
    if (!text)
      throw UsageError(fmt::format("{}: line {}: {}: expected a text in quotation marks", name,
                                   node.source().begin.line, key.str()));
    if (!text->empty()) info.*(field->second) = *text;
  }
  return info;
}

} // namespace

CaseInfo read_case_info(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) // a pipe has no size to check
    throw UsageError(fmt::format("{}: expected a TOML file with case information: {}",
                                 path.string(), error ? error.message() : "not a regular file"));
  try {
    return info_of(toml::parse(read_text(path, kLargestFile)), path.string());
  } catch (const toml::parse_error& e) {
    throw UsageError(
        fmt::format("{}: line {}: {}", path.string(), e.source().begin.line, e.description()));
  } catch (const Error& e) { // can't be read, or is too long
    throw UsageError(e.what());
  }
}

} // namespace coldsweep
