// SPDX-License-Identifier: Apache-2.0
// Rule sources -> YR_RULES. Sources are parsed from memory streams, so that libyara sees exactly
// the bytes that were hashed. `include` is resolved here, so that included bytes are bounded and
// hashed too. One thread uses a compiler.
#include "rules/compile.h"

#include "base/error.h"
#include "base/guarded.h"
#include "base/text.h"
#include "model/externals.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <set>
#include <thread>
#include <type_traits>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

using MemoryStream = std::unique_ptr<std::FILE, Destroyer<std::fclose>>;

/// A compiler, and what its callbacks need while it compiles a source.
class Compilation {
public:
  explicit Compilation(const CompileSettings& settings);

  /// False if the source has errors; then nothing more may be added.
  bool add(const SourceFile& source, std::size_t index);
  CompileResult finish();

private:
  struct Place { // of a file that is being parsed
    fs::path location;
    std::string label;
    std::string includer; // libyara's name for the file that includes it; empty for the source
  };

  static void on_message(int level, const char* file, int line, const YR_RULE* rule,
                         const char* message, void* self) noexcept;
  static const char* on_include(const char* name, const char* includer, const char* name_space,
                                void* self) noexcept;

  void take_message(int level, const char* file, int line, const YR_RULE* rule,
                    std::string message);
  /// The text with a name of our own in each of its include statements. libyara takes an include
  /// for circular if it has the name of one that is open, but that may be another folder's file.
  std::string with_unique_includes(std::string_view text,
                                   const std::vector<IncludeStatement>& includes);
  const char* include(const std::string& unique, const char* includer);
  bool is_open(const fs::path& location, const std::string& from) const;
  void take_error(u64 line, std::string message);
  void define(const Definition& definition);
  void define_further(const SourceTraits& traits);

  bool one_namespace_;
  YaraCompiler compiler_;
  std::set<std::string> defined_; // variables, besides those that are always defined
  CompileResult result_;
  std::exception_ptr parked_;
  const SourceFile* source_ = nullptr;
  std::size_t index_ = 0;
  std::string root_name_;                      // libyara's name for the source itself
  std::map<std::string, Place> open_;          // by libyara's name for them
  std::map<std::string, std::string> written_; // names of includes, by the unique ones
  std::string first_include_; // of the source: leads to the text that is being parsed
  std::string include_text_;  // libyara copies it before it requests the next
  std::string include_problem_;
};

Compilation::Compilation(const CompileSettings& settings) : one_namespace_(settings.one_namespace) {
  YR_COMPILER* created = nullptr;
  if (const int code = yr_compiler_create(&created); code != ERROR_SUCCESS)
    throw RuleError("no rule compiler: " + yara_error_text(code));
  compiler_.reset(created);
  yr_compiler_set_callback(created, on_message, this);
  yr_compiler_set_include_callback(created, on_include, nullptr, this);
  for (const std::string_view name : kExternalNames)
    yr_compiler_define_string_variable(created, name.data(), "");
  for (const Definition& definition : settings.definitions) define(definition);
}

void Compilation::define(const Definition& definition) {
  if (!defined_.insert(definition.name).second) return;
  YR_COMPILER* const compiler = compiler_.get();
  const char* const name = definition.name.c_str();
  const int code = std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>)
          return yr_compiler_define_string_variable(compiler, name, value.c_str());
        else if constexpr (std::is_same_v<Value, i64>)
          return yr_compiler_define_integer_variable(compiler, name, value);
        else if constexpr (std::is_same_v<Value, double>)
          return yr_compiler_define_float_variable(compiler, name, value);
        else
          return yr_compiler_define_boolean_variable(compiler, name, value ? 1 : 0);
      },
      definition.value);
  if (code != ERROR_SUCCESS)
    throw RuleError(fmt::format("variable {}: {}", definition.name, yara_error_text(code)));
}

void Compilation::define_further(const SourceTraits& traits) {
  for (const std::string& name : traits.further_externals)
    if (const FurtherExternal* external = further_external(name))
      std::visit(
          [&](auto value) {
            if constexpr (std::is_same_v<decltype(value), std::string_view>)
              define({name, std::string(value)});
            else
              define({name, value});
          },
          external->value);
}

void Compilation::on_message(int level, const char* file, int line, const YR_RULE* rule,
                             const char* message, void* self) noexcept {
  Compilation& that = *static_cast<Compilation*>(self);
  park_exceptions(that.parked_, [&] { that.take_message(level, file, line, rule, message); });
}

const char* Compilation::on_include(const char* name, const char* includer, const char*,
                                    void* self) noexcept {
  Compilation& that = *static_cast<Compilation*>(self);
  const char* text = nullptr;
  park_exceptions(that.parked_, [&] { text = that.include(name, includer); });
  return text;
}

void Compilation::take_error(u64 line, std::string message) {
  const std::string& bytes = source_->file.bytes;
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    message = "UTF-16 text; YARA reads ASCII or UTF-8 (" + message + ")";
  else if (bytes.find('\0') != std::string::npos)
    message = "binary content, neither YARA source nor compiled rules (" + message + ")";
  result_.errors.push_back({index_, line, printable(message)});
}

void Compilation::take_message(int level, const char* file, int line, const YR_RULE* rule,
                               std::string message) {
  if (!include_problem_.empty()) message = std::exchange(include_problem_, {});
  if (message.starts_with("undefined identifier"))
    message += ": neither a rule above it in its file nor a variable; --define gives it a value";
  if (rule != nullptr) message = fmt::format("rule {}: {}", rule->identifier, message);
  const u64 own_line = line < 0 ? 0 : static_cast<u64>(line);
  const bool in_source = file == nullptr || file == root_name_;
  const std::string label = in_source ? source_->file.label : open_[file].label;
  if (level != YARA_ERROR_LEVEL_ERROR) {
    result_.warnings.push_back(printable(fmt::format("{}({}): {}", label, own_line, message)));
    return;
  }
  if (in_source) return take_error(own_line, message);
  u64 include_line = 0; // of the source: leads to the file that has the error
  for (const IncludeStatement& statement : source_->traits.includes)
    if (statement.name == first_include_) include_line = statement.line;
  take_error(include_line, fmt::format("in included {}({}): {}", label, own_line, message));
}

std::string Compilation::with_unique_includes(std::string_view text,
                                              const std::vector<IncludeStatement>& includes) {
  std::string unique;
  std::size_t done = 0;
  for (const IncludeStatement& statement : includes) {
    const std::string name = fmt::format("<include {}>", written_.size());
    written_[name] = statement.name;
    unique += std::string(text.substr(done, statement.at - done)) + name;
    done = statement.at + statement.name.size();
  }
  return unique + std::string(text.substr(done));
}

/// Whether the file is among those that led to `from`, or is `from`.
bool Compilation::is_open(const fs::path& location, const std::string& from) const {
  for (auto at = open_.find(from); at != open_.end(); at = open_.find(at->second.includer)) {
    std::error_code unknown;
    if (fs::equivalent(at->second.location, location, unknown)) return true;
  }
  return false;
}

/// The text of an included file, relative to the file that includes it; null if it can't be read.
const char* Compilation::include(const std::string& unique, const char* includer) {
  const auto written = written_.find(unique);
  const std::string name = written == written_.end() ? unique : written->second;
  const std::string caller = includer == nullptr ? root_name_ : includer;
  if (caller == root_name_) first_include_ = name;
  const Place from = open_[caller];
  const fs::path label = (fs::path(from.label).parent_path() / name).lexically_normal();
  const bool below = label.is_relative() && *label.begin() != "..";
  RuleFile file;
  file.label = printable(below ? label.generic_string() : label.filename().string());
  file.location = from.location.parent_path() / name;
  if (from.location.empty())
    file.problem = "built-in rules include nothing";
  else if (is_open(file.location, caller))
    file.problem = "it includes itself";
  else
    read_rule_file(file);
  if (file.bytes.find('\0') != std::string::npos) file.problem = "binary content";
  if (!file.problem.empty()) {
    include_problem_ = fmt::format("can't include \"{}\": {}", name, file.problem);
    return nullptr;
  }
  open_[unique] = {file.location, file.label, caller};
  result_.include_texts[index_].push_back({name, std::string(without_bom(file.bytes))});
  result_.include_places[index_].push_back(file.location);
  const SourceTraits traits = traits_of(file.bytes);
  define_further(traits);
  include_text_ = with_unique_includes(without_bom(file.bytes), traits.includes);
  const bool known =
      std::any_of(result_.included.begin(), result_.included.end(), [&](const RuleFile& other) {
        return fs::equivalent(other.location, file.location);
      });
  if (!known) result_.included.push_back(std::move(file));
  return include_text_.c_str();
}

bool Compilation::add(const SourceFile& source, std::size_t index) {
  source_ = &source;
  index_ = index;
  result_.include_texts.resize(index + 1);
  result_.include_places.resize(index + 1);
  const RuleFile& file = source.file;
  root_name_ = file.location.empty() ? file.label : fs::absolute(file.location).string();
  open_ = {{root_name_, {file.location, file.label, {}}}};
  define_further(source.traits);
  // An empty stream can't be opened, but an empty file is not an error.
  std::string text = with_unique_includes(without_bom(file.bytes), source.traits.includes);
  if (text.empty()) text = '\n';
  const MemoryStream stream(fmemopen(text.data(), text.size(), "r"));
  if (!stream) throw RuleError(fmt::format("{}: no memory stream", file.label));
  const char* const name_space = one_namespace_ ? kOneNamespace : file.label.c_str();
  const u32 before = compiler_->next_rule_idx;
  const int errors =
      yr_compiler_add_file(compiler_.get(), stream.get(), name_space, root_name_.c_str());
  result_.rules_of.push_back(compiler_->next_rule_idx - before);
  if (parked_) std::rethrow_exception(parked_);
  if (errors != 0 && result_.errors.empty()) take_error(0, yara_error_text(compiler_->last_error));
  return errors == 0;
}

CompileResult Compilation::finish() {
  if (!result_.errors.empty()) return std::move(result_);
  YR_RULES* rules = nullptr;
  if (const int code = yr_compiler_get_rules(compiler_.get(), &rules); code != ERROR_SUCCESS)
    throw RuleError("the rules can't be put together: " + yara_error_text(code));
  result_.rules.reset(rules);
  return std::move(result_);
}

} // namespace

CompileResult compile_together(const Sources& sources, const CompileSettings& settings) {
  Compilation compilation(settings);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (!compilation.add(*sources[i], i)) break;
  return compilation.finish();
}

std::vector<CompileError> find_broken(const Sources& sources, const CompileSettings& settings) {
  std::vector<std::optional<CompileError>> first(sources.size());
  std::atomic<std::size_t> next = 0;
  Guarded<std::exception_ptr> failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < sources.size(); i = next++) {
        const CompileResult result = compile_together({sources[i]}, settings);
        if (result.errors.empty()) continue;
        first[i] = result.errors.front();
        first[i]->source = i;
      }
    } catch (...) {
      failure.with([](std::exception_ptr& e) { e = std::current_exception(); });
    }
  };
  {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads(std::min(cores, sources.size()));
    for (std::jthread& thread : threads) thread = std::jthread(work);
  }
  failure.with([](const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
  });
  std::vector<CompileError> broken;
  for (std::optional<CompileError>& error : first)
    if (error) broken.push_back(std::move(*error));
  return broken;
}

} // namespace coldsweep
