// SPDX-License-Identifier: Apache-2.0
// Headers that many files include, precompiled in the builds with tests. lint_includes checks that
// each file includes what it uses; the product preset compiles without this.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
