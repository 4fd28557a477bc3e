// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_input.h"

#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostListed = 50; // of broken files in one message

} // namespace

RuleInput examine_rule_files(std::vector<RuleFile> files, CompileSettings settings) {
  RuleInput input{std::move(settings), {}, {}};
  for (RuleFile& file : files) {
    if (!file.problem.empty())
      input.rejections[input.files.size()] = {file.label, 0, printable(file.problem), false};
    SourceFile source{std::move(file), {}};
    if (!is_compiled(source.file.bytes)) source.traits = traits_of(source.file.bytes);
    input.files.push_back(std::move(source));
  }
  return input;
}

namespace {

CompiledSources compile_without(const std::set<std::size_t>& without, RuleInput& input) {
  bool alone = true;
  for (;;) {
    CompiledSources compiled;
    Sources sources;
    for (std::size_t i = 0; i < input.files.size(); ++i) {
      if (is_compiled(input.files[i].file.bytes) || input.rejections.contains(i) ||
          without.contains(i))
        continue;
      sources.push_back(&input.files[i]);
      compiled.used.push_back(i);
    }
    if (sources.empty()) return compiled;
    compiled.result = compile_together(sources, input.settings);
    if (compiled.result.errors.empty()) return compiled;
    std::vector<CompileError> broken;
    if (std::exchange(alone, false)) broken = find_broken(sources, input.settings);
    if (broken.empty()) broken = {compiled.result.errors.front()};
    for (const CompileError& error : broken) {
      const std::size_t index = compiled.used[error.source];
      input.rejections[index] = {input.files[index].file.label, error.line, error.message, false};
    }
  }
}

/// Which sources include which files.
class Inclusions {
public:
  Inclusions(const RuleInput& input, const CompiledSources& compiled) : input_(input) {
    for (std::size_t source = 0; source < compiled.used.size(); ++source) {
      const std::size_t index = compiled.used[source];
      sources_[same(input.files[index].file.location)] = index;
      for (const fs::path& place : compiled.result.include_places.at(source))
        included_[index].insert(same(place));
    }
  }

  /// Sources that only bring in what is loaded anyway, and those that another one brings in.
  std::set<std::size_t> repeated() const {
    std::set<std::size_t> repeated;
    for (const auto& [index, places] : included_) {
      if (input_.files[index].traits.has_rules) continue;
      repeated.insert(index);
      if (!std::all_of(places.begin(), places.end(),
                       [&](const fs::path& place) { return is_loaded(place, repeated); }))
        repeated.erase(index);
    }
    std::set<std::size_t> brought_in;
    for (const auto& [index, places] : included_)
      for (const fs::path& place : places)
        if (const auto source = sources_.find(place);
            !repeated.contains(index) && source != sources_.end())
          brought_in.insert(source->second);
    repeated.merge(brought_in);
    return repeated;
  }

private:
  static fs::path same(const fs::path& path) {
    std::error_code unknown; // built-in rules have none
    return fs::weakly_canonical(path, unknown);
  }

  bool is_loaded(const fs::path& place, const std::set<std::size_t>& without) const {
    const auto source = sources_.find(place);
    if (source != sources_.end() &&
        (!without.contains(source->second) || !input_.files[source->second].traits.has_rules))
      return true;
    return std::any_of(included_.begin(), included_.end(), [&](const auto& entry) {
      return !without.contains(entry.first) && entry.second.contains(place);
    });
  }

  const RuleInput& input_;
  std::map<fs::path, std::size_t> sources_;            // index of each, by its place
  std::map<std::size_t, std::set<fs::path>> included_; // by index, also what is included there
};

} // namespace

CompiledSources compile_sources(RuleInput& input) {
  CompiledSources all = compile_without({}, input);
  const std::set<std::size_t> repeated = Inclusions(input, all).repeated();
  if (!repeated.empty()) all = compile_without(repeated, input);
  return all;
}

std::vector<CompiledFile> load_compiled_files(RuleInput& input) {
  std::vector<CompiledFile> loaded;
  for (std::size_t i = 0; i < input.files.size(); ++i) {
    const RuleFile& file = input.files[i].file;
    if (!is_compiled(file.bytes)) continue;
    try {
      loaded.push_back({load_compiled(file.bytes, input.settings), i});
    } catch (const RuleError& e) {
      input.rejections[i] = {file.label, 0, e.what(), false};
    }
  }
  return loaded;
}

std::string listed(const Rejections& rejections) {
  std::string message = fmt::format("{} rule {} can't be used:", rejections.size(),
                                    rejections.size() == 1 ? "file" : "files");
  std::size_t count = 0;
  for (const auto& [index, rejected] : rejections) {
    if (count++ == kMostListed) break;
    message += fmt::format("\n  {}: {}", place_of(rejected), rejected.message);
  }
  if (rejections.size() > kMostListed)
    message += fmt::format("\n  and {} more", rejections.size() - kMostListed);
  return message;
}

} // namespace coldsweep
