// SPDX-License-Identifier: Apache-2.0
// Bytes of compiled rules -> YR_RULES, tried in a child process first. One thread.
#include "rules/compile.h"

#include "base/error.h"
#include "base/subprocess.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace coldsweep {
namespace {

constexpr std::string_view kMagic = "YARA";
constexpr std::chrono::seconds kTrialLimit{60};
constexpr std::size_t kTrialBytes = 64_KiB;

struct Reader {
  std::string_view left;
};

/// fread's contract over bytes in memory.
std::size_t read_items(void* into, std::size_t size, std::size_t count, void* reader) noexcept {
  std::string_view& left = static_cast<Reader*>(reader)->left;
  if (size == 0) return 0;
  const std::size_t items = std::min(count, left.size() / size);
  std::memcpy(into, left.data(), items * size);
  left.remove_prefix(items * size);
  return items;
}

struct Writer {
  std::string bytes;
  std::exception_ptr parked;
};

/// fwrite's contract.
std::size_t write_items(const void* from, std::size_t size, std::size_t count,
                        void* writer) noexcept {
  Writer& to = *static_cast<Writer*>(writer);
  park_exceptions(to.parked,
                  [&] { to.bytes.append(static_cast<const char*>(from), size * count); });
  return to.parked ? 0 : count;
}

YaraRules load(const std::string& bytes) {
  Reader reader{bytes};
  YR_STREAM stream{&reader, read_items, nullptr};
  YR_RULES* rules = nullptr;
  const int code = yr_rules_load_stream(&stream, &rules);
  if (code == ERROR_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  if (code != ERROR_SUCCESS) throw RuleError(yara_error_text(code));
  return YaraRules(rules);
}

int go_on(YR_SCAN_CONTEXT*, int, void*, void*) { return CALLBACK_CONTINUE; }

/// Reads what a sweep would read: every name and meta value, and the tables of the search.
std::string try_out(const std::string& bytes) {
  const YaraRules rules = load(bytes);
  std::size_t length = 0;
  YR_RULE* rule = nullptr;
  yr_rules_foreach(rules.get(), rule) {
    length += std::strlen(rule->identifier) + std::strlen(rule->ns->name);
    YR_META* meta = nullptr;
    yr_rule_metas_foreach(rule, meta) {
      length += std::strlen(meta->identifier);
      if (meta->type == META_TYPE_STRING) length += std::strlen(meta->string);
    }
  }
  std::string content(kTrialBytes, '\0');
  for (std::size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<char>(i * 167 + (i >> 8) * 13);
  const int code = yr_rules_scan_mem(rules.get(), reinterpret_cast<const u8*>(content.data()),
                                     content.size(), SCAN_FLAGS_NO_TRYCATCH, go_on, nullptr, 10);
  if (code != ERROR_SUCCESS && code != ERROR_SCAN_TIMEOUT)
    throw RuleError("a trial scan failed: " + yara_error_text(code));
  return fmt::format("{} bytes of names", length);
}

/// Returns an ERROR_ number.
int set_in(YR_RULES& rules, const Definition& definition) {
  const char* const name = definition.name.c_str();
  if (const auto* text = std::get_if<std::string>(&definition.value))
    return yr_rules_define_string_variable(&rules, name, text->c_str());
  if (const auto* integer = std::get_if<i64>(&definition.value))
    return yr_rules_define_integer_variable(&rules, name, *integer);
  if (const auto* real = std::get_if<double>(&definition.value))
    return yr_rules_define_float_variable(&rules, name, *real);
  return yr_rules_define_boolean_variable(&rules, name, std::get<bool>(definition.value) ? 1 : 0);
}

} // namespace

YaraRules compacted(YaraRules rules) {
  Writer writer;
  YR_STREAM stream{&writer, nullptr, write_items};
  const int code = yr_rules_save_stream(rules.get(), &stream);
  if (writer.parked) std::rethrow_exception(writer.parked);
  return code == ERROR_SUCCESS ? load(writer.bytes) : std::move(rules);
}

YaraRules without_relocations(YaraRules rules) {
  YR_ARENA& arena = *rules->arena;
  arena.reloc_list_tail = nullptr;
  while (YR_RELOC* const node = arena.reloc_list_head) {
    arena.reloc_list_head = node->next;
    std::free(node); // as yr_free does (libyara/mem.c)
  }
  return rules;
}

bool is_compiled(std::string_view bytes) { return bytes.starts_with(kMagic); }

YaraRules load_compiled(const std::string& bytes, const CompileSettings& settings) {
  const ChildAnswer trial = ask_child([&] { return try_out(bytes); }, kTrialLimit);
  if (!trial.output) throw RuleError("compiled rules that can't be used: " + trial.failure);
  YaraRules rules = load(bytes);
  for (const Definition& definition : settings.definitions)
    if (const int code = set_in(*rules, definition);
        code != ERROR_SUCCESS && code != ERROR_INVALID_ARGUMENT) // it has no such variable
      throw RuleError(fmt::format("variable {}: {}", definition.name, yara_error_text(code)));
  return rules;
}

} // namespace coldsweep
