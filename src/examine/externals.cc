// SPDX-License-Identifier: Apache-2.0
#include "examine/externals.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

// MS-DTYP 2.4.2.4; written as THOR writes accounts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWellKnown{{
    {"S-1-5-18", "NT-AUTHORITY\\SYSTEM"},
    {"S-1-5-19", "NT-AUTHORITY\\LOCAL SERVICE"},
    {"S-1-5-20", "NT-AUTHORITY\\NETWORK SERVICE"},
    {"S-1-5-32-544", "BUILTIN\\Administrators"},
    {"S-1-5-32-545", "BUILTIN\\Users"},
    {"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
     "NT SERVICE\\TrustedInstaller"},
}};

Externals under_path(std::string_view path, const NamedContent& content, char drive) {
  Externals externals;
  const std::size_t slash = path.rfind('/');
  externals.filename = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (!content.stream_name.empty() && !content.member)
    externals.filename.append(":").append(content.stream_name);

  std::string folder(path.substr(0, slash == std::string_view::npos ? 0 : slash));
  std::replace(folder.begin(), folder.end(), '/', '\\');
  externals.filepath = std::string(1, drive) + ":" + (folder.empty() ? "\\" : folder);

  const std::size_t dot = externals.filename.rfind('.');
  if (dot != std::string::npos) externals.extension = ascii_lower(externals.filename.substr(dot));

  externals.owner = content.owner_sid;
  for (const auto& [sid, account] : kWellKnown)
    if (sid == content.owner_sid) externals.owner = account;
  externals.unpack_source = content.unpacked_from;
  externals.unpack_parent =
      content.unpacked_from.substr(content.unpacked_from.rfind('>') + 1); // npos + 1 is 0
  return externals;
}

} // namespace

std::string unpacked_within(std::string_view outer, std::string_view label) {
  // THOR unpacks these as one.
  for (const std::string_view layer : {"GZIP", "BZIP2"})
    if (label == "TAR" && outer.substr(outer.rfind('>') + 1) == layer)
      return fmt::format("{}TAR{}", outer.substr(0, outer.size() - layer.size()),
                         layer == "GZIP" ? "GZ" : "BZ2");
  return fmt::format("{}{}{}", outer, outer.empty() ? "" : ">", label);
}

std::vector<Externals> externals_of(const NamedContent& content, char drive) {
  if (content.member)
    return {under_path(fmt::format("{}/{}", content.path, *content.member), content, drive)};
  std::vector<Externals> all{under_path(content.path, content, drive)};
  for (const std::string& link : content.links) all.push_back(under_path(link, content, drive));
  return all;
}

} // namespace coldsweep
