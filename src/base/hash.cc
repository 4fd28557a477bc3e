// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

namespace coldsweep {
namespace {

const EVP_MD* algorithm(HashKind kind) {
  switch (kind) {
  case HashKind::md5: return EVP_md5();
  case HashKind::sha1: return EVP_sha1();
  case HashKind::sha256: return EVP_sha256();
  }
  return nullptr;
}

constexpr std::size_t kBlock = 64 << 10;

} // namespace

struct Hasher::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Hasher::Hasher(HashKind kind) : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), algorithm(kind), nullptr) != 1)
    throw Error("OpenSSL offers no such digest on this machine");
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::add(ByteView bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1)
    throw Error("OpenSSL could not hash");
}

std::string Hasher::finish() {
  std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                         &length) != 1)
    throw Error("OpenSSL could not finish a hash");
  return hex(ByteView(digest).first(length));
}

HashKinds& HashKinds::operator|=(HashKinds other) {
  md5 = md5 || other.md5;
  sha1 = sha1 || other.sha1;
  sha256 = sha256 || other.sha256;
  return *this;
}

HashesOf::HashesOf(const Hashes& known, HashKinds kinds) {
  const auto want = [&](bool wanted, HashKind kind, std::string Hashes::*into) {
    if (wanted && (known.*into).empty()) hashers_.emplace_back(Hasher(kind), into);
  };
  want(kinds.md5, HashKind::md5, &Hashes::md5);
  want(kinds.sha1, HashKind::sha1, &Hashes::sha1);
  want(kinds.sha256, HashKind::sha256, &Hashes::sha256);
}

void HashesOf::add(ByteView bytes) {
  while (!hashers_.empty() && !bytes.empty()) {
    const ByteView block = bytes.first(std::min(bytes.size(), kBlock));
    for (auto& [hasher, into] : hashers_) hasher.add(block);
    bytes = bytes.subspan(block.size());
  }
}

void HashesOf::finish_into(Hashes& known) {
  for (auto& [hasher, into] : hashers_) known.*into = hasher.finish();
}

void add_hashes(Hashes& known, ByteView bytes, HashKinds kinds) {
  HashesOf hashes(known, kinds);
  hashes.add(bytes);
  hashes.finish_into(known);
}

std::string sha256_of(ByteView bytes) {
  Hasher hasher(HashKind::sha256);
  hasher.add(bytes);
  return hasher.finish();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const File file = File::open(path);
  const u64 size = file.size();
  std::vector<std::byte> buffer(1_MiB);
  Hasher hasher(HashKind::sha256);
  for (u64 offset = 0; offset < size;) {
    const MutableBytes block =
        MutableBytes(buffer).first(std::min<u64>(buffer.size(), size - offset));
    file.read(offset, block);
    hasher.add(block);
    offset += block.size();
  }
  return hasher.finish();
}

} // namespace coldsweep
