// SPDX-License-Identifier: Apache-2.0
// `manifest.sig`: an Ed25519 signature (RFC 8032) over every byte of the manifest, as 64 raw bytes.
// `openssl pkeyutl -verify -rawin` checks it without coldsweep. Any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace coldsweep {

inline constexpr const char* kSignature = "manifest.sig";

/// A private key from a PEM file (PKCS #8), as `openssl genpkey -algorithm ed25519` makes it.
/// Throws UsageError if the file has no such key, or one with a passphrase.
class SigningKey {
public:
  static SigningKey load(const std::filesystem::path& pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;

  /// Signs the manifest of a sealed case. Writes a temporary file and renames it. Throws Error.
  void sign(const std::filesystem::path& case_folder) const;

private:
  struct Key;
  explicit SigningKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

/// What is wrong with the signature under a public key (PEM, SubjectPublicKeyInfo); absent if it is
/// valid. Throws UsageError if the file has no such key.
std::optional<std::string> check_signature(const std::filesystem::path& case_folder,
                                           const std::filesystem::path& public_key);

} // namespace coldsweep
