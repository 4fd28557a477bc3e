// SPDX-License-Identifier: Apache-2.0
// Headers that many files include, precompiled in builds with sanitizers. Other builds don't use
// this file, so every source must still include what it uses.
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
