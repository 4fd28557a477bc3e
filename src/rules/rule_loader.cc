// SPDX-License-Identifier: Apache-2.0
// Rule files -> RuleSet: keeps who each rule is, and builds the tables that scans apply, among them
// those for the further names of the same content.
#include "rules/compiled.h"
#include "rules/one_namespace.h"
#include "rules/rule_input.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

std::string safe(const char* text) { return is_utf8(text) ? text : printable(text); }

RuleInfo describe(const YR_RULE& rule, const RuleFile& file, bool one_namespace) {
  RuleInfo info;
  info.is_private = RULE_IS_PRIVATE(&rule) != 0;
  info.is_global = RULE_IS_GLOBAL(&rule) != 0;
  info.ref.name = safe(rule.identifier);
  info.ref.name_space = file.label;
  // Compiled rules have namespaces of their own; two files may have the same ones.
  const std::string inner = safe(rule.ns->name);
  if (one_namespace && !is_compiled(file.bytes)) info.ref.name_space = kOneNamespace;
  if (is_compiled(file.bytes) && inner != "default") info.ref.name_space += ":" + inner;
  info.ref.file = file.label;
  info.ref.file_sha256 = file.sha256;
  const char* tag = nullptr;
  yr_rule_tags_foreach((&rule), tag) info.ref.tags.push_back(safe(tag));
  const YR_META* meta = nullptr;
  yr_rule_metas_foreach((&rule), meta) {
    if (meta->type == META_TYPE_INTEGER)
      info.ref.meta.emplace_back(safe(meta->identifier), i64{meta->integer});
    else if (meta->type == META_TYPE_BOOLEAN)
      info.ref.meta.emplace_back(safe(meta->identifier), meta->integer != 0);
    else if (meta->type == META_TYPE_STRING)
      info.ref.meta.emplace_back(safe(meta->identifier), safe(meta->string));
  }
  return info;
}

std::size_t count_rules(const YR_RULES* rules) { return rules == nullptr ? 0 : rules->num_rules; }

/// Builds the inside of a RuleSet, step by step.
class RuleSetBuilder {
public:
  RuleSetBuilder(ListedRuleFiles files, const RuleLoadOptions& options)
      : options_(options), passed_over_(std::move(files.passed_over)),
        input_(examine_rule_files(std::move(files.files), {options.definitions})) {}

  std::unique_ptr<RuleSet::Compiled> build() {
    CompiledSources sources = compile_sources(input_);
    if (options_.one_namespace) sources = compile_in_one_namespace(std::move(sources), input_);
    std::vector<CompiledFile> compiled = load_compiled_files(input_);
    if (!input_.rejections.empty() && !options_.skip_broken)
      throw RuleError(listed(input_.rejections));
    std::size_t rules = count_rules(sources.result.rules.get());
    for (const CompiledFile& file : compiled) rules += count_rules(file.rules.get());
    if (rules == 0)
      throw RuleError(input_.rejections.empty()
                          ? "the rule files hold no rules"
                          : "no rules are left: " + listed(input_.rejections));

    RuleSet::Compiled& set = *set_;
    set.cache_folder = options_.cache_folder;
    set.memory = options_.scan_memory;
    set.settings = input_.settings;
    set.infos.reserve(rules); // tables point into it
    set.warnings = std::move(sources.result.warnings);
    if (sources.result.rules) {
      add_sources(sources);
      keep_sources(sources);
      add_path_dependent();
    }
    for (CompiledFile& file : compiled) add_compiled(std::move(file));
    set_log_rules(options_.log_rules);
    write_record(sources);
    return std::move(set_);
  }

private:
  RuleTable& new_table(YaraRules rules) {
    set_->tables.push_back(std::make_unique<RuleTable>());
    RuleTable& table = *set_->tables.back();
    table.rules = without_relocations(std::move(rules));
    table.hashes = hashes_read_by(*table.rules);
    return table;
  }

  /// A text that was compiled, and its rules.
  struct Unit {
    const SourceFile* source;
    std::vector<RuleInfo*> rules{};
  };

  const RuleRef* add_rule(const YR_RULE& rule, std::size_t index, Unit& unit) {
    set_->infos.push_back(describe(rule, input_.files[index].file, options_.one_namespace));
    ++rules_in_[index];
    unit.rules.push_back(&set_->infos.back());
    return &set_->infos.back().ref;
  }

  void add_sources(CompiledSources& sources) {
    RuleTable& table = new_table(std::move(sources.result.rules));
    if (sources.merged) units_.push_back({&*sources.merged});
    for (const std::size_t index : sources.used) units_.push_back({&input_.files[index]});
    const YR_RULE* rule = nullptr;
    std::size_t number = 0;
    yr_rules_foreach(table.rules.get(), rule) { // a source's namespace was added with it
      const u32 unit = rule->ns->idx;
      const std::size_t file =
          sources.merged ? sources.file_of_rule.at(number) : sources.used.at(unit);
      table.refs.push_back(add_rule(*rule, file, units_.at(unit)));
      ++number;
    }
    set_->all.push_back(&table);
  }

  /// For the prefilter, which reads the same text that was compiled.
  void keep_sources(CompiledSources& sources) {
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const SourceFile& source = *units_[i].source;
      set_->sources.push_back({source.file.label, std::string(without_bom(source.file.bytes)),
                               std::move(sources.result.include_texts.at(i)),
                               static_cast<u32>(units_[i].rules.size()),
                               source.traits.reads_externals});
    }
  }

  void add_compiled(CompiledFile file) {
    RuleTable& table = new_table(std::move(file.rules));
    Unit& unit = units_.emplace_back(Unit{&input_.files[file.index]});
    const YR_RULE* rule = nullptr;
    yr_rules_foreach(table.rules.get(), rule) {
      table.refs.push_back(add_rule(*rule, file.index, unit));
    }
    set_->all.push_back(&table);
    set_->path_dependent.push_back(&table); // what its conditions read isn't known
  }

  /// Takes whole files: the rules of a file may refer to each other, and its global rules decide on
  /// all of them.
  void add_path_dependent() {
    Sources sources;
    std::vector<const RuleRef*> refs;
    for (const Unit& unit : units_) {
      if (!unit.source->traits.reads_externals) continue;
      sources.push_back(unit.source);
      for (const RuleInfo* rule : unit.rules) refs.push_back(&rule->ref);
    }
    if (sources.empty()) return;
    if (sources.size() == units_.size()) {
      set_->path_dependent.push_back(set_->all.front());
      return;
    }
    CompileResult result = compile_together(sources, input_.settings);
    if (!result.rules || count_rules(result.rules.get()) != refs.size())
      throw RuleError("rule files changed while they were compiled");
    RuleTable& table = new_table(std::move(result.rules));
    table.refs = std::move(refs);
    set_->path_dependent.push_back(&table);
  }

  /// Log rules are in the tables of whole streams too, for the rules that refer to them, but are
  /// not reported there.
  void set_log_rules(const std::vector<std::string>& patterns) {
    for (RuleInfo& info : set_->infos) info.is_log = is_log_rule(info.ref, patterns);
    for (const std::string& pattern : patterns)
      if (std::none_of(set_->infos.begin(), set_->infos.end(),
                       [&](const RuleInfo& info) { return is_log_rule(info.ref, {pattern}); }))
        throw UsageError(
            fmt::format("--log-rules {}: no rule has such a tag or name", printable(pattern)));
    struct Known {
      RuleInfo* info;
      const SourceFile* file;
    };
    std::map<const RuleRef*, Known> by_ref;
    std::vector<LogSource> all;
    for (const Unit& unit : units_) {
      all.push_back({unit.source, {unit.rules.begin(), unit.rules.end()}});
      for (RuleInfo* info : unit.rules) by_ref[&info->ref] = {info, unit.source};
    }
    for (const std::unique_ptr<RuleTable>& table : set_->tables) {
      std::vector<LogSource> sources;
      for (const RuleRef* ref : table->refs) {
        const Known& known = by_ref.at(ref);
        table->of_records.push_back(known.info->is_log);
        if (sources.empty() || sources.back().source != known.file)
          sources.push_back({known.file, {}});
        sources.back().rules.push_back(known.info);
      }
      disable_log_rules(*table->rules, sources);
    }
    set_->log = build_log_rules(all, input_.settings, [&](const RuleInfo& info) {
      by_ref.at(&info.ref).info->every_record = true;
    });
  }

  void write_record(CompiledSources& sources) {
    RulesRecord& record = set_->record;
    LabelSet labels;
    for (std::size_t i = 0; i < input_.files.size(); ++i) {
      const RuleFile& file = input_.files[i].file;
      labels.unique(file.label);
      if (!input_.rejections.contains(i))
        record.files.push_back({file.label, file.sha256, rules_in_[i]});
    }
    for (const RuleFile& file : sources.result.included)
      if (!is_source(file))
        record.files.push_back(
            {labels.unique(file.label), file.sha256, 0}); // counted where included
    for (auto& [index, rejected] : input_.rejections) record.rejected.push_back(rejected);
    for (const RuleFile& file : passed_over_)
      if (!is_included(file, sources.result.included))
        record.rejected.push_back({printable(file.label), 0, file.problem, true});
    Hasher hasher(HashKind::sha256);
    for (const RuleFileRecord& file : record.files)
      hasher.add(fmt::format("{}  {}\n", file.sha256, file.path));
    record.sha256 = hasher.finish();
  }

  /// Whether an included file is also an input, and compiled.
  bool is_source(const RuleFile& included) const {
    for (std::size_t i = 0; i < input_.files.size(); ++i)
      if (!input_.rejections.contains(i) &&
          is_same_file(input_.files[i].file.location, included.location))
        return true;
    return false;
  }

  static bool is_included(const RuleFile& file, const std::vector<RuleFile>& included) {
    return std::any_of(included.begin(), included.end(), [&](const RuleFile& other) {
      return is_same_file(other.location, file.location);
    });
  }

  const RuleLoadOptions& options_;
  std::vector<RuleFile> passed_over_;
  std::unique_ptr<RuleSet::Compiled> set_ = std::make_unique<RuleSet::Compiled>();
  RuleInput input_;
  std::vector<Unit> units_;
  std::map<std::size_t, u64> rules_in_; // by file: how many
};

} // namespace

RuleSet RuleSet::load(const std::vector<fs::path>& paths, const RuleLoadOptions& options) {
  return RuleSet(RuleSetBuilder(list_rule_files(paths), options).build());
}

RuleSet RuleSet::load_builtin(std::span<const BuiltinRuleFile> files,
                              const RuleLoadOptions& options) {
  ListedRuleFiles read;
  LabelSet labels;
  for (const BuiltinRuleFile& file : files)
    read.files.push_back(
        {labels.unique(file.path), {}, std::string(file.text), sha256_of(file.text), {}});
  return RuleSet(RuleSetBuilder(std::move(read), options).build());
}

RuleSet::RuleSet(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

void RuleSet::prepare_prefilter() const { compiled_->filter(); }

const RulesRecord& RuleSet::record() const { return compiled_->record; }
const std::vector<RuleInfo>& RuleSet::rules() const { return compiled_->infos; }
const std::vector<std::string>& RuleSet::warnings() const { return compiled_->warnings; }

std::string yara_version() { return YR_VERSION; }

} // namespace coldsweep
