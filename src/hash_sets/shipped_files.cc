// SPDX-License-Identifier: Apache-2.0
#include "hash_sets/shipped_files.h"

#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kFrontEnd = "frontend/httpproxy/";
constexpr std::string_view kClientAccess = "clientaccess/";
constexpr std::string_view kAspnetClient = "/inetpub/wwwroot/aspnet_client/";

/// What IIS executes on request, or can be configured to execute.
constexpr std::array<std::string_view, 28> kExecuted{
    "asa",  "asax",  "ascx",  "ashx",   "asmx", "asp",   "aspq",   "aspx", "cdx",   "cer",
    "cfm",  "cfml",  "cshtm", "cshtml", "jsp",  "jspx",  "master", "php",  "phtml", "rem",
    "shtm", "shtml", "soap",  "stm",    "svc",  "vbhtm", "vbhtml", "xamlx"};

bool is_executed(std::string_view extension) {
  return std::find(kExecuted.begin(), kExecuted.end(), extension) != kExecuted.end();
}

bool is_version(std::string_view component) {
  if (component == "version" || component == "current") return true;
  if (component.find('.') == std::string_view::npos) return false;
  return component.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

std::string extension_of(std::string_view path) {
  const std::string_view name = last_component(path);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : std::string(name.substr(dot + 1));
}

/// `FrontEnd\HttpProxy\owa\auth\15.1.2106\a.js` of any build is one name.
std::string without_versions(std::string_view lower_path) {
  std::string name;
  while (!lower_path.empty()) {
    const std::size_t end = std::min(lower_path.find_first_of("/\\"), lower_path.size());
    const std::string_view component = lower_path.substr(0, end);
    if (!component.empty()) {
      if (!name.empty()) name += '/';
      name += is_version(component) ? "*" : component;
    }
    lower_path.remove_prefix(std::min(end + 1, lower_path.size()));
  }
  return name;
}

/// `15.01.1034.026` is before `15.1.1261.35`.
std::array<u64, 4> build_number(std::string_view text) {
  std::array<u64, 4> parts{};
  std::size_t part = 0;
  for (const char c : text) {
    if (c == '.' && ++part == parts.size()) break;
    if (c >= '0' && c <= '9' && parts[part] < 1'000'000)
      parts[part] = parts[part] * 10 + static_cast<u64>(c - '0');
  }
  return parts;
}

/// The path below Exchange's installation folder, if it is in one of Exchange's web folders.
std::optional<std::string_view> below_exchange(std::string_view lower_path,
                                               const WebFolders& folders) {
  for (const std::string_view web_folder : {kFrontEnd, kClientAccess}) {
    for (std::size_t slash = 0; slash != std::string_view::npos;
         slash = lower_path.find('/', slash + 1)) {
      const std::string_view below = lower_path.substr(slash + 1);
      if (below.starts_with(web_folder) &&
          folders.exchange.contains(std::string(lower_path.substr(0, slash + 1))))
        return below;
    }
  }
  return std::nullopt;
}

} // namespace

void ShippedFiles::add(std::string_view sha256, std::string_view path,
                       std::string_view last_build) {
  hashes_.add(sha256, {});
  const std::string lower = ascii_lower(path);
  const std::string name = without_versions(lower);
  // Some rows are relative to one of the two folders of web applications.
  if (name.starts_with("frontend/") || name.starts_with(kClientAccess)) {
    names_.insert(name);
  } else {
    names_.insert(std::string(kFrontEnd) + name);
    names_.insert(std::string(kClientAccess) + name);
  }
  if (build_number(newest_build_) < build_number(last_build)) newest_build_ = last_build;
}

std::optional<HashSetHit> ShippedFiles::judge(const WebFile& file,
                                              const WebFolders& folders) const {
  if (empty() || !folders.exchange_on_image) return std::nullopt;
  if (!file.sha256.empty() && hashes_.contains_sha256(file.sha256)) return std::nullopt;
  const std::string path = ascii_lower(file.path);
  const std::string extension = extension_of(path);
  const bool executed = is_executed(extension);
  const auto hit = [](std::string_view entry, std::string note) {
    return HashSetHit{"exchange-known-good", std::string(entry), std::move(note)};
  };
  if (path.starts_with(kAspnetClient)) {
    if (!executed) return std::nullopt;
    return hit(
        kUnknownInWebRoot,
        "a page in aspnet_client, where neither Exchange nor .NET puts any; other products do");
  }
  const std::optional<std::string_view> below = below_exchange(path, folders);
  if (!below) return std::nullopt;
  const std::string_view name = last_component(*below);
  // Setup and administrators write these, and localized strings are generated on the server.
  if (name == "web.config" || name.ends_with(".strings.localized.js")) return std::nullopt;
  const bool front = below->starts_with(kFrontEnd);
  const bool in_bin = below->find("/bin/") != std::string_view::npos;
  const bool shipped = names_.contains(without_versions(*below)) || name == "global.asax";
  if (!shipped) {
    if (!executed && !(front && !in_bin)) return std::nullopt;
    return hit(
        kUnknownInWebRoot,
        fmt::format("no build of Exchange up to {} shipped a file of this name here, nor this "
                    "content anywhere",
                    newest_build_));
  }
  // A deleted file may be partly overwritten: its hash says nothing.
  if (file.deleted || file.sha256.empty()) return std::nullopt;
  if (!executed && !(front && extension == "js")) return std::nullopt;
  return hit(kForeignContent,
             fmt::format("Exchange ships a file of this name, but no build up to {} with this "
                         "content; a later build may: compare with its installation files",
                         newest_build_));
}

} // namespace coldsweep
