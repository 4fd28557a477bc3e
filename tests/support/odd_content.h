// SPDX-License-Identifier: Apache-2.0
// Content that is swept as it is, in a zip, and as an attachment of a mail. Any thread.
#pragma once

#include "support/ntfs_image.h"
#include "support/run_sweep.h"
#include "support/shared_images.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace coldsweep::test {

/// A mail message with an attachment.
std::string mail_with(const std::string& name, const std::string& content);

/// With the folders that add() needs.
NtfsImage image_with_folders();
/// Adds the file, and its two siblings.
void add(NtfsImage& image, const std::string& name, const std::string& content);
/// The paths of the three.
std::vector<std::string> places_of(const std::string& name);

/// The names of the rules that match, by path of the file.
std::map<std::string, std::set<std::string>> rules_by_path(const Swept& swept);
/// The kinds of the issues, by path of the file.
std::map<std::string, std::set<std::string>> issues_by_path(const Swept& swept);

/// The inputs that went wrong in other tools; absent without the shared data.
inline std::optional<std::filesystem::path> shared_content_cases() {
  return shared_folder("cases/content");
}

} // namespace coldsweep::test
