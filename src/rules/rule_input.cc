// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_input.h"

#include "base/error.h"
#include "base/text.h"

#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::size_t kMostListed = 50; // of broken files in one message

std::string place_of(const RejectedRules& rejected) {
  return rejected.line == 0 ? rejected.path : fmt::format("{}({})", rejected.path, rejected.line);
}

} // namespace

RuleInput examine_rule_files(std::vector<RuleFile> files) {
  RuleInput input;
  for (RuleFile& file : files) {
    if (!file.problem.empty())
      input.rejections[input.files.size()] = {file.label, 0, printable(file.problem)};
    SourceFile source{std::move(file), {}};
    if (!is_compiled(source.file.bytes)) source.traits = traits_of(source.file.bytes);
    input.files.push_back(std::move(source));
  }
  return input;
}

CompiledSources compile_sources(RuleInput& input) {
  bool alone = true;
  for (;;) {
    CompiledSources compiled;
    Sources sources;
    for (std::size_t i = 0; i < input.files.size(); ++i) {
      if (is_compiled(input.files[i].file.bytes) || input.rejections.contains(i)) continue;
      sources.push_back(&input.files[i]);
      compiled.used.push_back(i);
    }
    if (sources.empty()) return compiled;
    compiled.result = compile_together(sources);
    if (compiled.result.errors.empty()) return compiled;
    std::vector<CompileError> broken;
    if (std::exchange(alone, false)) broken = find_broken(sources);
    if (broken.empty()) broken = {compiled.result.errors.front()};
    for (const CompileError& error : broken) {
      const std::size_t index = compiled.used[error.source];
      input.rejections[index] = {input.files[index].file.label, error.line, error.message};
    }
  }
}

std::vector<CompiledFile> load_compiled_files(RuleInput& input) {
  std::vector<CompiledFile> loaded;
  for (std::size_t i = 0; i < input.files.size(); ++i) {
    const RuleFile& file = input.files[i].file;
    if (!is_compiled(file.bytes)) continue;
    try {
      loaded.push_back({load_compiled(file.bytes), i});
    } catch (const RuleError& e) {
      input.rejections[i] = {file.label, 0, e.what()};
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
