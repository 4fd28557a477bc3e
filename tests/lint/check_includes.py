#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# check_includes.py [ROOT]: each file of src/ includes the standard header and the fmt header of what it names, itself or through
# headers of src/. The builds of the tests precompile headers and would not notice; `cmake --preset product` would.
import os
import re
import sys

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../..")

# What is named -> its header.
NAMES = {
    "algorithm": r"std::(sort|stable_sort|find_if|any_of|all_of|none_of|count_if|max_element|min_element|lower_bound|upper_bound"
                 r"|max|min|clamp|copy|copy_n|fill|equal|remove_if|unique|search|reverse|rotate|transform|for_each|merge|nth_element)",
    "array": r"std::(array|to_array)",
    "atomic": r"std::atomic",
    "bit": r"std::(popcount|countr_zero|countl_zero|bit_cast|bit_width|rotl|rotr|has_single_bit)",
    "charconv": r"std::(from_chars|to_chars)",
    "chrono": r"std::chrono",
    "condition_variable": r"std::condition_variable",
    "cstring": r"std::(memcpy|memcmp|memmove|memset|strlen|memchr|strcmp)",
    "deque": r"std::deque",
    "exception": r"std::(exception|exception_ptr|current_exception|rethrow_exception)",
    "filesystem": r"std::filesystem",
    "fmt/format.h": r"fmt::(format|format_to|runtime)",
    "functional": r"std::(function|less|greater|reference_wrapper|ref|cref|invoke|hash)",
    "limits": r"std::numeric_limits",
    "map": r"std::(multi)?map",
    "memory": r"std::(unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared_from_this)",
    "mutex": r"std::(mutex|lock_guard|unique_lock|scoped_lock|once_flag|call_once)",
    "numeric": r"std::(accumulate|iota|gcd|reduce)",
    "optional": r"std::(optional|nullopt)",
    "set": r"std::(multi)?set",
    "span": r"std::(span|as_bytes|as_writable_bytes)",
    "sstream": r"std::[io]?stringstream",
    "stdexcept": r"std::(runtime_error|logic_error|invalid_argument|out_of_range)",
    "string": r"std::(string|to_string|stoull|stoul|stoi|char_traits|u16string|u32string|getline)",
    "string_view": r"std::string_view",
    "system_error": r"std::(error_code|system_error|errc)",
    "thread": r"std::(thread|jthread|this_thread)",
    "tuple": r"std::(tuple|tie|make_tuple|forward_as_tuple)",
    "unordered_map": r"std::unordered_map",
    "unordered_set": r"std::unordered_set",
    "utility": r"std::(move|pair|exchange|swap|forward|make_pair|as_const)",
    "variant": r"std::(variant|visit|holds_alternative|get_if|monostate)",
    "vector": r"std::vector",
}
# A header -> others that it can't do without.
BRINGS = {
    "CLI/CLI.hpp": "string vector functional map memory",
    "algorithm": "utility",
    "array": "utility",
    "charconv": "system_error",
    "condition_variable": "mutex chrono",
    "filesystem": "string string_view chrono memory system_error utility",
    "fmt/chrono.h": "fmt/format.h",
    "fmt/format.h": "string",
    "fmt/ranges.h": "fmt/format.h",
    "fstream": "string",
    "functional": "utility tuple",
    "iostream": "string",
    "map": "utility tuple",
    "memory": "utility tuple",
    "mutex": "chrono exception",
    "nlohmann/json.hpp": "string string_view vector map utility memory algorithm functional optional",
    "optional": "utility",
    "regex": "string",
    "set": "utility",
    "span": "array",
    "sstream": "string",
    "stdexcept": "string exception",
    "string": "string_view utility",
    "system_error": "string stdexcept exception",
    "thread": "chrono",
    "tuple": "utility",
    "unordered_map": "utility",
    "variant": "utility",
    "vector": "utility",
}

texts = {}
for folder, _, names in os.walk(os.path.join(root, "src")):
    for name in names:
        if name.endswith((".h", ".cc")) and name != "precompiled.h":
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                texts[os.path.relpath(path, root)] = file.read()


def included(path, seen):
    """The headers in <> of a file of src/ and of those it includes."""
    if path in seen or path not in texts:
        return set()
    seen.add(path)
    found = set(re.findall(r"^#include <([^>]+)>", texts[path], re.M))
    for own in re.findall(r'^#include "([^"]+)"', texts[path], re.M):
        found |= included("src/" + own, seen)
    return found


def with_brought(headers):
    left = list(headers)
    while left:
        for brought in BRINGS.get(left.pop(), "").split():
            if brought not in headers:
                headers.add(brought)
                left.append(brought)
    return headers


status = 0
for path in sorted(texts):
    headers = with_brought(included(path, set()))
    code = re.sub(r"//.*", "", texts[path])
    for header, pattern in NAMES.items():
        named = re.search(pattern + r"\b", code)
        if named and header not in headers:
            line = code.count("\n", 0, named.start()) + 1
            print(f"{path}:{line}: {named.group(0)} without #include <{header}>")
            status = 1
sys.exit(status)
