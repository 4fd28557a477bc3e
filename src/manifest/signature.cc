// SPDX-License-Identifier: Apache-2.0
#include "manifest/signature.h"

#include "base/file.h"
#include "manifest/openssl_parts.h"

#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/mman.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr u64 kMostKeyBytes = 64_KiB;
constexpr std::size_t kSignatureBytes = 64;

using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

/// Ed25519 needs the whole message at once, and a manifest can be large. So it is mapped.
class MappedFile {
public:
  explicit MappedFile(const fs::path& path) : file_(File::open(path)), size_(file_.size()) {
    if (size_ == 0) throw Error(path.string() + ": empty");
    address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_.descriptor(), 0);
    if (address_ == MAP_FAILED) throw Error(path.string() + ": can't be mapped");
  }
  ~MappedFile() { ::munmap(address_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  const unsigned char* data() const { return static_cast<const unsigned char*>(address_); }
  std::size_t size() const { return size_; }

private:
  File file_;
  std::size_t size_;
  void* address_ = nullptr;
};

/// Never prompts: a batch job has no terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

using ReadKey = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

OwnedKey load_key(const fs::path& path, ReadKey read, const char* kind) {
  std::string pem;
  try {
    pem = read_text(path, kMostKeyBytes);
  } catch (const Error& e) {
    throw UsageError(e.what());
  }
  const OwnedBio bio = bio_over(pem);
  OwnedKey key(read(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key)
    throw UsageError(fmt::format("{}: expected {} in PEM, without a passphrase ({})", path.string(),
                                 kind, openssl_reason()));
  if (EVP_PKEY_is_a(key.get(), "ED25519") != 1)
    throw UsageError(fmt::format("{}: expected an Ed25519 key", path.string()));
  return key;
}

} // namespace

struct SigningKey::Key {
  OwnedKey key;
};

SigningKey::SigningKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;

SigningKey SigningKey::load(const fs::path& pem) {
  return SigningKey(
      std::make_unique<Key>(Key{load_key(pem, PEM_read_bio_PrivateKey, "a private key")}));
}

void SigningKey::sign(const fs::path& case_folder) const {
  const MappedFile manifest(case_folder / "manifest.jsonl");
  const OwnedContext context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t length = signature.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     manifest.data(), manifest.size()) != 1 ||
      length != kSignatureBytes)
    throw Error(fmt::format("the manifest can't be signed: {}", openssl_reason()));
  replace_file(case_folder / kSignature, bytes_of(signature));
}

std::optional<std::string> check_signature(const fs::path& case_folder,
                                           const fs::path& public_key) {
  const OwnedKey key = load_key(public_key, PEM_read_bio_PUBKEY, "a public key");
  const fs::path path = case_folder / kSignature;
  if (!is_plain_file(path)) return fmt::format("{}: missing; the case is not signed", kSignature);
  const u64 size = File::open(path).size();
  if (size != kSignatureBytes)
    return fmt::format("{}: {} bytes instead of {}", kSignature, size, kSignatureBytes);
  const std::string signature = read_text(path, kSignatureBytes);
  const MappedFile manifest(case_folder / "manifest.jsonl");
  const OwnedContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
    throw Error(fmt::format("the signature can't be checked: {}", openssl_reason()));
  if (EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), manifest.data(), manifest.size()) == 1)
    return std::nullopt;
  ERR_clear_error();
  return fmt::format("{}: not a signature of this manifest with that key", kSignature);
}

} // namespace coldsweep
