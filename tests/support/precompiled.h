// SPDX-License-Identifier: Apache-2.0
// What every test includes, compiled once. JSON's class is made in json_instance.cc and nowhere else: to make it anew in
// every test took most of the time to build them.
#pragma once

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;
