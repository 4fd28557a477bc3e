// SPDX-License-Identifier: Apache-2.0
// Owning pointers to OpenSSL's objects, and its errors as text. Private to manifest/.
#pragma once

#include "base/error.h"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace coldsweep {

template <auto Free> struct FreeBy {
  template <typename T> void operator()(T* object) const { Free(object); }
};
template <typename T, auto Free> using Owned = std::unique_ptr<T, FreeBy<Free>>;
using OwnedBio = Owned<BIO, BIO_free_all>;

/// Why the last call failed; clears the error queue.
inline std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

/// A BIO over bytes that must outlive it.
inline OwnedBio bio_over(std::string_view bytes) {
  OwnedBio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!bio) throw Error("OpenSSL: no memory");
  return bio;
}

} // namespace coldsweep
