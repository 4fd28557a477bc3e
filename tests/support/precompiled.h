// SPDX-License-Identifier: Apache-2.0
// What every test includes, compiled once. The JSON class is instantiated only in json_instance.cc:
// instantiating it in every test took most of their build time.
#pragma once

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;
