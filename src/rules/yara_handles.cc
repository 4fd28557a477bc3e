// SPDX-License-Identifier: Apache-2.0
#include "rules/yara_handles.h"

#include "base/error.h"
#include "base/guarded.h"

#include <algorithm>
#include <array>
#include <new>

#include <fmt/format.h>

namespace coldsweep {
namespace {

/// libyara counts its users itself, but without a lock.
Guarded<u64>& library_users() {
  static Guarded<u64> users;
  return users;
}

struct ErrorText {
  int code;
  const char* text;
};

constexpr std::array kErrors{
    ErrorText{ERROR_INSUFFICIENT_MEMORY, "out of memory"},
    ErrorText{ERROR_COULD_NOT_OPEN_FILE, "a file can't be opened"},
    ErrorText{ERROR_COULD_NOT_MAP_FILE, "the content could not be accessed"},
    ErrorText{ERROR_INVALID_FILE, "not compiled rules"},
    ErrorText{ERROR_CORRUPT_FILE, "the compiled rules are damaged or cut short"},
    ErrorText{ERROR_UNSUPPORTED_FILE_VERSION, "compiled by another version of YARA"},
    ErrorText{ERROR_LOOP_NESTING_LIMIT_EXCEEDED, "loops nested too deep"},
    ErrorText{ERROR_INCLUDES_CIRCULAR_REFERENCE, "includes in a circle"},
    ErrorText{ERROR_INCLUDE_DEPTH_EXCEEDED, "includes nested too deep"},
    ErrorText{ERROR_EXEC_STACK_OVERFLOW, "the stack of a condition overflowed"},
    ErrorText{ERROR_SCAN_TIMEOUT, "time limit reached"},
    ErrorText{ERROR_CALLBACK_ERROR, "given up by the caller"},
    ErrorText{ERROR_INVALID_ARGUMENT, "invalid argument"},
    ErrorText{ERROR_TOO_MANY_MATCHES, "too many matches of a string"},
    ErrorText{ERROR_INTERNAL_FATAL_ERROR, "internal error"},
    ErrorText{ERROR_REGULAR_EXPRESSION_TOO_LARGE, "regular expression too large"},
    ErrorText{ERROR_TOO_MANY_RE_FIBERS, "regular expression with too many branches in flight"},
    ErrorText{ERROR_INVALID_EXTERNAL_VARIABLE_TYPE, "external variable of another type"},
    ErrorText{ERROR_REGULAR_EXPRESSION_TOO_COMPLEX, "regular expression too complex"},
    ErrorText{ERROR_TOO_MANY_STRINGS, "too many strings in a rule"},
    ErrorText{ERROR_COULD_NOT_READ_FILE, "a file can't be read"},
    ErrorText{ERROR_INVALID_MODULE_DATA, "data of a module are invalid"},
    ErrorText{ERROR_BLOCK_NOT_READY, "content not ready"},
    ErrorText{ERROR_TOO_SLOW_SCANNING, "a string is too slow to search"},
};

} // namespace

YaraLibrary::YaraLibrary() {
  library_users().with([](u64& users) {
    if (users++ > 0) return;
    if (const int code = yr_initialize(); code != ERROR_SUCCESS) {
      --users;
      throw Error("libyara can't be initialised: " + yara_error_text(code));
    }
    // We take matched bytes from the content itself, so libyara needn't copy them for each of a
    // million matches.
    yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0);
  });
}

YaraLibrary::~YaraLibrary() {
  library_users().with([](u64& users) {
    if (--users == 0) yr_finalize();
  });
}

std::string yara_error_text(int code) {
  for (const ErrorText& error : kErrors)
    if (error.code == code) return fmt::format("{} (libyara error {})", error.text, code);
  return fmt::format("libyara error {}", code);
}

HashKinds hashes_read_by(const YR_RULES& rules) {
  HashKinds kinds;
  const YR_EXTERNAL_VARIABLE* variable = rules.ext_vars_table;
  for (; variable != nullptr && !EXTERNAL_VARIABLE_IS_NULL(variable); ++variable) {
    const std::string_view name(variable->identifier);
    kinds.md5 = kinds.md5 || name == "md5";
    kinds.sha1 = kinds.sha1 || name == "sha1";
    kinds.sha256 = kinds.sha256 || name == "sha256";
  }
  return kinds;
}

int define_hashes(YR_SCANNER* scanner, HashKinds kinds, const Hashes& hashes) {
  const auto define = [&](const char* name, bool wanted, const std::string& value) {
    const int code =
        wanted ? yr_scanner_define_string_variable(scanner, name, value.c_str()) : ERROR_SUCCESS;
    return code == ERROR_INVALID_EXTERNAL_VARIABLE_TYPE ? ERROR_SUCCESS : code;
  };
  int code = define("md5", kinds.md5, hashes.md5);
  if (code == ERROR_SUCCESS) code = define("sha1", kinds.sha1, hashes.sha1);
  if (code == ERROR_SUCCESS) code = define("sha256", kinds.sha256, hashes.sha256);
  return code;
}

int define_externals(YR_SCANNER* scanner, const Externals& externals) {
  const auto values = values_of(externals);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code =
        yr_scanner_define_string_variable(scanner, kExternalNames[i].data(), values[i]->c_str());
    if (code != ERROR_SUCCESS && code != ERROR_INVALID_ARGUMENT &&
        code != ERROR_INVALID_EXTERNAL_VARIABLE_TYPE)
      return code;
  }
  return ERROR_SUCCESS;
}

YaraScanner make_scanner(YR_RULES* rules) {
  YR_SCANNER* created = nullptr;
  const int code = yr_scanner_create(rules, &created);
  if (code == ERROR_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  if (code != ERROR_SUCCESS) throw Error("no scanner: " + yara_error_text(code));
  return YaraScanner(created);
}

int scan_bytes(YR_SCANNER* scanner, ByteView content,
               const std::function<void()>& before_conditions) {
  static constexpr u8 nothing = 0;
  const u8* const bytes = content.empty() ? &nothing : reinterpret_cast<const u8*>(content.data());
  // As yr_scanner_scan_mem() does it: one block.
  struct OneBlock {
    YR_MEMORY_BLOCK block;
    const std::function<void()>& before_conditions;
  } one{{content.size(), 0, const_cast<u8*>(bytes),
         [](YR_MEMORY_BLOCK* block) { return static_cast<const u8*>(block->context); }},
        before_conditions};
  YR_MEMORY_BLOCK_ITERATOR iterator{
      &one,
      [](YR_MEMORY_BLOCK_ITERATOR* of) { return &static_cast<OneBlock*>(of->context)->block; },
      [](YR_MEMORY_BLOCK_ITERATOR*) -> YR_MEMORY_BLOCK* { return nullptr; },
      [](YR_MEMORY_BLOCK_ITERATOR* of) {
        const OneBlock& that = *static_cast<OneBlock*>(of->context);
        if (that.before_conditions) that.before_conditions();
        return static_cast<u64>(that.block.size);
      },
      ERROR_SUCCESS};
  const int code = yr_scanner_scan_mem_blocks(scanner, &iterator);
  if (code == ERROR_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  return code;
}

bool set_time_left(YR_SCANNER* scanner, const Deadline& deadline,
                   std::optional<std::chrono::nanoseconds> most) {
  std::optional<std::chrono::nanoseconds> left = deadline.left();
  if (left && most) left = std::min(*left, *most);
  if (left && left->count() == 0) return false;
  // yr_scanner_set_timeout takes whole seconds, but this is in nanoseconds (yara/types.h), 0: none.
  scanner->timeout = left ? static_cast<u64>(left->count()) : 0;
  return true;
}

} // namespace coldsweep
