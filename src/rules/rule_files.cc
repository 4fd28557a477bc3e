// SPDX-License-Identifier: Apache-2.0
// Paths -> rule files. Walks folders without recursion and enters each physical folder once, so
// that neither depth nor a loop of symbolic links can hang it. One thread.
#include "rules/rule_files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr u64 kMostBytes =
    256_MiB; // of one rule file; signature-base's 740 files have 15 MiB in all

struct Folder {
  fs::path location;
  std::string relative; // with a final slash; empty for the root
};

using FolderId = std::pair<dev_t, ino_t>;

bool has_rule_extension(const fs::path& path) {
  const std::string extension = ascii_lower(path.extension().string());
  return extension == ".yar" || extension == ".yara";
}

/// Why a file that may hold rules is not loaded from a folder; empty if it can't hold any.
std::string reason_to_pass_over(const fs::path& path) {
  const std::string extension = ascii_lower(path.extension().string());
  if (extension == ".yarc")
    return "compiled rules are not loaded from a folder; give the file itself to load it";
  if (extension == ".rule" || extension == ".rules" || extension == ".yr")
    return "only *.yar and *.yara are loaded from a folder; give the file itself to load it";
  return {};
}

/// Files and folders directly in `folder`, sorted. A folder that can't be listed gives a file with
/// a problem: nothing is skipped silently.
void list_folder(const Folder& folder, ListedRuleFiles& listed, std::vector<Folder>& folders) {
  std::error_code error;
  fs::directory_iterator entry(folder.location, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const std::string relative = folder.relative + path.filename().string();
    std::error_code unknown; // a dangling link is caught when it is read
    if (fs::is_directory(path, unknown))
      folders.push_back({path, relative + '/'});
    else if (has_rule_extension(path))
      listed.files.push_back({relative, path, {}, {}, {}});
    else if (std::string reason = reason_to_pass_over(path); !reason.empty())
      listed.passed_over.push_back({relative, path, {}, {}, std::move(reason)});
  }
  if (error) {
    const std::string name = folder.relative.empty() ? "." : folder.relative;
    listed.files.push_back(
        {name, folder.location, {}, {}, "the folder can't be listed: " + error.message()});
  }
}

ListedRuleFiles files_below(const fs::path& root) {
  ListedRuleFiles listed;
  std::set<FolderId> entered;
  std::deque<Folder> waiting{{root, ""}};
  while (!waiting.empty()) {
    const Folder folder = std::move(waiting.front());
    waiting.pop_front();
    struct stat status {};
    if (::stat(folder.location.c_str(), &status) == 0 &&
        !entered.insert({status.st_dev, status.st_ino}).second)
      continue;
    std::vector<Folder> folders;
    list_folder(folder, listed, folders);
    // Which of two links to one folder is entered must not depend on the order of directory
    // entries.
    std::sort(folders.begin(), folders.end(),
              [](const Folder& a, const Folder& b) { return a.relative < b.relative; });
    waiting.insert(waiting.end(), folders.begin(), folders.end());
  }
  for (std::vector<RuleFile>* files : {&listed.files, &listed.passed_over})
    std::sort(files->begin(), files->end(),
              [](const RuleFile& a, const RuleFile& b) { return a.label < b.label; });
  return listed;
}

ListedRuleFiles files_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    throw UsageError(fmt::format("{}: no such rule file or folder", path.string()));
  if (error) throw UsageError(fmt::format("{}: {}", path.string(), error.message()));
  if (status.type() != fs::file_type::directory)
    return {{RuleFile{path.filename().string(), path, {}, {}, {}}}, {}};
  ListedRuleFiles listed = files_below(path);
  if (!listed.files.empty()) return listed;
  std::string what = fmt::format("{}: no rule file (*.yar, *.yara) in this folder", path.string());
  if (!listed.passed_over.empty())
    what += fmt::format("; {}: {}", listed.passed_over.front().label,
                        listed.passed_over.front().problem);
  throw UsageError(what);
}

/// The message of an error about `path`, without the path.
std::string bare_message(const Error& error, const fs::path& path) {
  std::string message = error.what();
  const std::string prefix = path.string() + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  return message;
}

} // namespace

void read_rule_file(RuleFile& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file.location, error);
  if (error) {
    file.problem = "can't be read: " + error.message();
    return;
  }
  if (status.type() != fs::file_type::regular) { // a pipe or a device could block for ever
    file.problem = "not a regular file";
    return;
  }
  try {
    file.bytes = read_text(file.location, kMostBytes);
    file.sha256 = sha256_of(file.bytes);
  } catch (const Error& e) {
    file.problem = bare_message(e, file.location);
  }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code unknown;
  return fs::equivalent(a, b, unknown);
}

ListedRuleFiles list_rule_files(const std::vector<fs::path>& paths) {
  ListedRuleFiles all;
  LabelSet labels;
  std::set<fs::path> reached;
  for (const fs::path& path : paths) {
    ListedRuleFiles listed = files_of(path);
    std::move(listed.passed_over.begin(), listed.passed_over.end(),
              std::back_inserter(all.passed_over));
    for (RuleFile& file : listed.files) {
      std::error_code unknown; // then reading it says what is wrong
      if (const fs::path place = fs::canonical(file.location, unknown);
          !unknown && !reached.insert(place).second)
        continue;
      file.label = labels.unique(file.label);
      if (file.problem.empty()) read_rule_file(file);
      all.files.push_back(std::move(file));
    }
  }
  std::erase_if(all.passed_over, [&](const RuleFile& file) {
    std::error_code unknown; // then it is named
    const fs::path place = fs::canonical(file.location, unknown);
    return !unknown && !reached.insert(place).second; // given by itself, or passed over twice
  });
  return all;
}

std::string_view without_bom(std::string_view text) {
  constexpr std::string_view bom = "\xEF\xBB\xBF";
  if (text.starts_with(bom)) text.remove_prefix(bom.size());
  return text;
}

std::string LabelSet::unique(std::string_view wanted) {
  const std::string name = printable(wanted);
  std::string label = name;
  for (u64 number = 2; !used_.insert(label).second; ++number)
    label = fmt::format("{}#{}", name, number);
  return label;
}

} // namespace coldsweep
