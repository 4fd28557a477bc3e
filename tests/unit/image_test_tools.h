// SPDX-License-Identifier: Apache-2.0
// Folders, files and tools for the tests of image/ and volume/. Included by test files only, hence
// the unnamed namespace.
#pragma once

#include "base/file.h"
#include "image/byte_source.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

namespace coldsweep {
namespace { // NOLINT: each test file has its own

class TestFolder {
public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "coldsweep-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

using Bytes = std::vector<std::byte>;

[[maybe_unused]] Bytes random_bytes(u64 size, u32 seed) {
  std::mt19937_64 generator(seed);
  Bytes bytes(size);
  for (u64 i = 0; i + 8 <= size; i += 8) {
    const u64 value = generator();
    std::memcpy(bytes.data() + i, &value, 8);
  }
  return bytes;
}

/// Text-like, so that it shrinks when compressed, with zeros between.
[[maybe_unused]] Bytes compressible_bytes(u64 size, u32 seed) {
  std::mt19937 generator(seed);
  Bytes bytes(size);
  for (u64 i = 0; i < size; ++i)
    if (i % 262144 < 131072) bytes[i] = static_cast<std::byte>('a' + generator() % 8);
  return bytes;
}

[[maybe_unused]] void write_file(const std::filesystem::path& path, ByteView bytes) {
  std::filesystem::remove(path);
  File::create(path).write(0, bytes);
}

[[maybe_unused]] Bytes read_file(const std::filesystem::path& path) {
  const File file = File::open(path);
  Bytes bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

[[maybe_unused]] void patch(const std::filesystem::path& path, u64 offset, ByteView bytes) {
  Bytes all = read_file(path);
  std::memcpy(all.data() + offset, bytes.data(), bytes.size());
  write_file(path, all);
}

/// Runs a command line that the test made. Skips the test if the tool is not installed.
[[maybe_unused]] void run_or_skip(const std::string& tool, const std::string& arguments) {
  const std::string path = "PATH=$PATH:/usr/sbin:/sbin ";
  if (std::system((path + "sh -c 'command -v " + tool + "' >/dev/null 2>&1").c_str()) != 0)
    SKIP(tool + " is not installed");
  REQUIRE(std::system((path + "exec " + tool + " " + arguments + " >/dev/null 2>&1").c_str()) == 0);
}

[[maybe_unused]] std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

/// `TOOL ARGUMENTS < input`, for sfdisk.
[[maybe_unused]] void partition(const std::filesystem::path& image, const std::string& script) {
  const std::filesystem::path input = image.string() + ".sfdisk";
  write_file(input, bytes_of(script));
  run_or_skip("sfdisk", "-q " + quoted(image) + " < " + quoted(input));
}

/// The message of the exception of that type.
template <typename Exception, typename F> std::string message_of(F&& work) {
  try {
    work();
  } catch (const Exception& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
  return "no exception";
}

[[maybe_unused]] Bytes read_all(const ByteSource& source) {
  Bytes bytes(source.size());
  source.read(0, bytes);
  return bytes;
}

} // namespace
} // namespace coldsweep
