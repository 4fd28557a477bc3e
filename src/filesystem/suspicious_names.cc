// SPDX-License-Identifier: Apache-2.0
#include "filesystem/suspicious_names.h"

#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace coldsweep {
namespace {

using namespace std::string_view_literals;

// Microsoft, "Naming Files, Paths, and Namespaces".
constexpr std::array kDevices{"con"sv, "prn"sv, "aux"sv, "nul"sv, "conin$"sv, "conout$"sv};
constexpr std::array kNumberedDevices{"com"sv, "lpt"sv};
constexpr std::array kSuperscripts{"\u00B9"sv, "\u00B2"sv, "\u00B3"sv};

/// C0, DEL and C1 as UTF-8, and NUL, which names hold as an escape.
bool has_control(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<u8>(name[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < name.size() && static_cast<u8>(name[i + 1]) < 0xA0) return true;
  }
  return name.find("\\u0000") != std::string_view::npos;
}

/// Marks, embeddings, overrides and isolates (Unicode TR 9): they change the order in which a name
/// is shown.
bool has_bidirectional(std::string_view name) {
  constexpr std::array controls{"\u061C"sv, "\u200E"sv, "\u200F"sv, "\u202A"sv,
                                "\u202B"sv, "\u202C"sv, "\u202D"sv, "\u202E"sv,
                                "\u2066"sv, "\u2067"sv, "\u2068"sv, "\u2069"sv};
  return std::any_of(controls.begin(), controls.end(), [&](std::string_view control) {
    return name.find(control) != std::string_view::npos;
  });
}

/// True for nearly all names. A shortcut, since the names of every MFT record are checked.
bool is_plain(std::string_view name) {
  constexpr std::string_view kFirstOfDevices = "cpanlCPANL";
  return !name.empty() && kFirstOfDevices.find(name.front()) == std::string_view::npos &&
         name.back() != '.' && name.back() != ' ' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
}

} // namespace

bool is_device_name(std::string_view name) {
  std::string device = ascii_lower(name.substr(0, name.find('.')));
  while (device.ends_with(' ')) device.pop_back(); // Win32 ignores these
  if (std::find(kDevices.begin(), kDevices.end(), device) != kDevices.end()) return true;
  if (device.size() < 4) return false;
  const std::string_view kind = std::string_view(device).substr(0, 3);
  const std::string_view number = std::string_view(device).substr(3);
  if (std::find(kNumberedDevices.begin(), kNumberedDevices.end(), kind) == kNumberedDevices.end())
    return false;
  return (number.size() == 1 && number[0] >= '1' && number[0] <= '9') ||
         std::find(kSuperscripts.begin(), kSuperscripts.end(), number) != kSuperscripts.end();
}

std::vector<Anomaly> suspicious_name(std::string_view name) {
  if (is_plain(name)) return {};
  std::vector<Anomaly> odd;
  const std::string shown = printable(name);
  if (has_bidirectional(name))
    odd.push_back({"bidirectional_name",
                   fmt::format("`{}`: a control character changes the order in which the name is "
                               "shown",
                               shown)});
  if (has_control(name))
    odd.push_back({"control_character_in_name",
                   fmt::format("`{}`: Win32 does not permit control characters", shown)});
  if (is_device_name(name))
    odd.push_back({"reserved_name",
                   fmt::format("`{}`: Win32 takes the name for a device, so that most programs "
                               "can't open or delete it",
                               shown)});
  if (name.ends_with('.') || name.ends_with(' '))
    odd.push_back({"trailing_dot_or_space",
                   fmt::format("`{}`: Win32 drops the last {}, so that most programs open another "
                               "file, or none",
                               shown, name.back() == '.' ? "dot" : "space")});
  return odd;
}

} // namespace coldsweep
