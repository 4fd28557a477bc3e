// SPDX-License-Identifier: Apache-2.0
#include "cli/config_file.h"

#include "base/error.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace coldsweep {
namespace {

std::optional<std::string> config_path(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--config" && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("--config=")) return words[i].substr(9);
  }
  return std::nullopt;
}

std::string_view short_name(std::string_view option) {
  if (option == "--output") return "-o";
  if (option == "--rules") return "-r";
  if (option == "--threads") return "-t";
  return "";
}

bool given(const std::vector<std::string>& words, const std::string& option) {
  const std::string_view brief = short_name(option);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == option || word.starts_with(option + "=") ||
           (!brief.empty() && word.starts_with(brief) && word[1] != '-');
  });
}

void append_value(const std::string& path, const std::string& option, const toml::node& node,
                  std::vector<std::string>& words) {
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) append_value(path, option, element, words);
  } else if (const std::optional<bool> flag = node.value_exact<bool>()) {
    if (*flag) words.push_back(option);
  } else if (const std::optional<std::string> text = node.value<std::string>()) {
    words.insert(words.end(), {option, *text});
  } else if (const std::optional<std::int64_t> number = node.value<std::int64_t>()) {
    words.insert(words.end(), {option, std::to_string(*number)});
  } else {
    throw UsageError(
        fmt::format("{}: line {}: {}: expected a text, a number, true, false or a list of these",
                    path, node.source().begin.line, option.substr(2)));
  }
}

} // namespace

std::vector<std::string> with_config_file(const std::vector<std::string>& words) {
  const std::optional<std::string> path = config_path(words);
  if (!path || words.empty()) return words;
  std::vector<std::string> all{words.front()};
  try {
    const toml::table table = toml::parse_file(*path);
    for (const auto& [key, node] : table) {
      const std::string option = fmt::format("--{}", key.str());
      if (!given(words, option)) append_value(*path, option, node, all);
    }
  } catch (const toml::parse_error& e) {
    throw UsageError(fmt::format("{}: line {}: {}", *path, e.source().begin.line, e.description()));
  }
  all.insert(all.end(), words.begin() + 1, words.end());
  return all;
}

} // namespace coldsweep
