// SPDX-License-Identifier: Apache-2.0
// MD5, SHA-1 and SHA-256 in lower-case hex, through OpenSSL's EVP interface (SHA-NI where the
// machine has it).
#pragma once

#include "base/types.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coldsweep {

enum class HashKind : u8 { md5, sha1, sha256 };

/// Hashes what is added, in order. One thread at a time.
class Hasher {
public:
  explicit Hasher(HashKind kind);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void add(ByteView bytes);
  void add(std::string_view text) { add(bytes_of(text)); }
  /// The digest in hex; nothing may be added afterwards.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Hashes {
  std::string md5, sha1, sha256;
  bool operator==(const Hashes&) const = default;
};

/// Which of the three hashes.
struct HashKinds {
  bool md5 = false, sha1 = false, sha256 = false;

  HashKinds& operator|=(HashKinds other);
  bool operator==(const HashKinds&) const = default;
};

inline constexpr HashKinds kAllHashes{true, true, true};

/// Several hashes of content that arrives piece by piece.
class HashesOf {
public:
  /// Computes those of `kinds` that `known` lacks.
  HashesOf(const Hashes& known, HashKinds kinds);
  void add(ByteView bytes);
  /// Nothing may be added afterwards.
  void finish_into(Hashes& known);

private:
  std::vector<std::pair<Hasher, std::string Hashes::*>> hashers_;
};

/// Fills in those of `kinds` that `known` lacks. Reads the bytes once: each cache-sized block goes
/// through all hashers.
void add_hashes(Hashes& known, ByteView bytes, HashKinds kinds);

std::string sha256_of(ByteView bytes);
inline std::string sha256_of(std::string_view text) { return sha256_of(bytes_of(text)); }

/// SHA-256 of a file's content. Throws Error when it can't be read.
std::string sha256_of_file(const std::filesystem::path& path);

} // namespace coldsweep
