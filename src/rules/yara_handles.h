// SPDX-License-Identifier: Apache-2.0
// libyara's objects as owning handles, its initialisation, its external variables, and its errors
// in words. Private to rules/.
#pragma once

#include "base/deadline.h"
#include "base/hash.h"
#include "base/types.h"
#include "model/externals.h"

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <yara.h>

namespace coldsweep {

/// Keeps libyara initialised during its lifetime. Any number may exist at once, created and
/// destroyed on any thread.
class YaraLibrary {
public:
  YaraLibrary();
  ~YaraLibrary();
  YaraLibrary(const YaraLibrary&) = delete;
  YaraLibrary& operator=(const YaraLibrary&) = delete;
};

template <auto destroy> struct Destroyer {
  template <typename T> void operator()(T* handle) const { destroy(handle); }
};

using YaraCompiler = std::unique_ptr<YR_COMPILER, Destroyer<yr_compiler_destroy>>;
using YaraRules = std::unique_ptr<YR_RULES, Destroyer<yr_rules_destroy>>;
using YaraScanner = std::unique_ptr<YR_SCANNER, Destroyer<yr_scanner_destroy>>;

/// What an ERROR_ number of libyara means.
std::string yara_error_text(int code);

/// Returns an ERROR_ number. Compiled rules may lack an external variable, or have one of another
/// type; then it is left alone.
int define_externals(YR_SCANNER* scanner, const Externals& externals);

/// Which hashes of content the rules have as variables.
HashKinds hashes_read_by(const YR_RULES& rules);

/// Returns an ERROR_ number. Empty ones are those that aren't known.
int define_hashes(YR_SCANNER* scanner, HashKinds kinds, const Hashes& hashes);

/// Throws bad_alloc if there is no memory, Error for anything else.
YaraScanner make_scanner(YR_RULES* rules);

/// Returns an ERROR_ number. Throws bad_alloc if libyara had no memory. `before_conditions`: called
/// when the search for strings is over; must not throw.
int scan_bytes(YR_SCANNER* scanner, ByteView content,
               const std::function<void()>& before_conditions = {});

/// Bounds the next scan by what is left until the deadline, and by `most`; libyara counts from the
/// beginning of each scan. Returns false if nothing is left. Throws Stopped, see Deadline.
bool set_time_left(YR_SCANNER* scanner, const Deadline& deadline,
                   std::optional<std::chrono::nanoseconds> most = std::nullopt);

/// Runs `work` in a callback from a C function. An exception is kept in `parked` until the C
/// function has returned.
template <typename F> void park_exceptions(std::exception_ptr& parked, F&& work) noexcept {
  try {
    std::forward<F>(work)();
  } catch (...) {
    if (!parked) parked = std::current_exception();
  }
}

} // namespace coldsweep
