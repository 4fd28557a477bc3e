// SPDX-License-Identifier: Apache-2.0
#include "manifest/timestamp.h"

#include "base/file.h"
#include "base/hash.h"
#include "manifest/openssl_parts.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

namespace coldsweep {
namespace {

namespace fs = std::filesystem;

constexpr u64 kMostReplyBytes = 1_MiB;
constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<unsigned char, kDigestBytes>;

using OwnedResponse = Owned<TS_RESP, TS_RESP_free>;
using OwnedStore = Owned<X509_STORE, X509_STORE_free>;

Digest digest_of_manifest(const fs::path& case_folder) {
  const std::string hex = sha256_of_file(case_folder / "manifest.jsonl");
  Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest.at(i) = static_cast<unsigned char>(std::stoul(hex.substr(i * 2, 2), nullptr, 16));
  return digest;
}

std::string iso_time(const tm& time) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", time.tm_year + 1900, time.tm_mon + 1,
                     time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
}

OwnedResponse parse_reply(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  OwnedResponse response(d2i_TS_RESP(nullptr, &at, static_cast<long>(der.size())));
  if (!response)
    throw FormatError(fmt::format("not an RFC 3161 time stamp reply ({})", openssl_reason()));
  if (at != reinterpret_cast<const unsigned char*>(der.data()) + der.size())
    throw FormatError("extra bytes after the time stamp reply");
  return response;
}

/// The stated time. Throws unless the reply grants a time stamp of that digest.
tm check_statement(TS_RESP* response, const Digest& digest) {
  const long status =
      ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
  TS_TST_INFO* info = TS_RESP_get_tst_info(response);
  if ((status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) || info == nullptr)
    throw FormatError(fmt::format("the authority did not grant a time stamp (status {})", status));
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_OCTET_STRING* stamped = TS_MSG_IMPRINT_get_msg(imprint);
  if (OBJ_obj2nid(algorithm) != NID_sha256 ||
      ASN1_STRING_length(stamped) != static_cast<int>(digest.size()) ||
      !std::equal(digest.begin(), digest.end(), ASN1_STRING_get0_data(stamped)))
    throw FormatError("a time stamp of something else: its hash is not the one of the manifest");
  tm time{};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &time) != 1)
    throw FormatError("a time stamp without a time");
  return time;
}

std::string subject_of(X509* certificate) {
  const OwnedBio text(BIO_new(BIO_s_mem()));
  if (!text ||
      X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0)
    return {};
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

/// Checks that the token is signed by the certificate in it. Returns the subject of that
/// certificate.
std::string check_integrity(PKCS7* token) {
  const OwnedBio content(BIO_new(BIO_s_null()));
  STACK_OF(X509)* signers = PKCS7_get0_signers(token, nullptr, 0);
  const std::string authority =
      signers == nullptr || sk_X509_num(signers) != 1 ? "" : subject_of(sk_X509_value(signers, 0));
  sk_X509_free(signers);
  if (PKCS7_verify(token, nullptr, nullptr, nullptr, content.get(),
                   PKCS7_NOVERIFY | PKCS7_BINARY) != 1)
    throw FormatError(fmt::format("its signature is not valid ({})", openssl_reason()));
  return authority;
}

void check_chain(PKCS7* token, const fs::path& authorities, tm time) {
  const OwnedStore store(X509_STORE_new());
  if (!store || X509_STORE_load_file(store.get(), authorities.c_str()) != 1)
    throw UsageError(fmt::format("{}: expected certificates in PEM ({})", authorities.string(),
                                 openssl_reason()));
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), ::timegm(&time));
  X509* signer = nullptr;
  const bool trusted = TS_RESP_verify_signature(token, nullptr, store.get(), &signer) == 1;
  X509_free(signer);
  if (!trusted)
    throw FormatError(fmt::format("not from these authorities, or not valid as a time stamp ({})",
                                  openssl_reason()));
}

Timestamp examine(const std::string& der, const fs::path& case_folder,
                  const std::optional<fs::path>& authorities) {
  const OwnedResponse response = parse_reply(der);
  const tm time = check_statement(response.get(), digest_of_manifest(case_folder));
  PKCS7* token = TS_RESP_get_token(response.get());
  Timestamp stamp{iso_time(time), check_integrity(token), false};
  if (authorities) {
    check_chain(token, *authorities, time);
    stamp.trusted = true;
  }
  return stamp;
}

} // namespace

void write_timestamp_request(const fs::path& case_folder, const fs::path& request) {
  const Digest digest = digest_of_manifest(case_folder);
  const Owned<TS_REQ, TS_REQ_free> asked(TS_REQ_new());
  const Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Owned<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  Digest bytes = digest;
  unsigned char* der = nullptr;
  if (!asked || !imprint || !algorithm ||
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) != 1 ||
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
      TS_MSG_IMPRINT_set_msg(imprint.get(), bytes.data(), static_cast<int>(bytes.size())) != 1 ||
      TS_REQ_set_version(asked.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(asked.get(), imprint.get()) != 1 ||
      TS_REQ_set_cert_req(asked.get(), 1) != 1)
    throw Error(fmt::format("can't make a time stamp request: {}", openssl_reason()));
  const int length = i2d_TS_REQ(asked.get(), &der);
  if (length <= 0)
    throw Error(fmt::format("can't make a time stamp request: {}", openssl_reason()));
  const std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  if (fs::exists(fs::symlink_status(request)))
    throw UsageError(fmt::format("{}: already exists, and is not overwritten", request.string()));
  File file = File::create(request);
  file.write(0, bytes_of(text));
  file.sync();
}

Timestamp keep_timestamp(const fs::path& case_folder, const fs::path& reply) {
  try {
    const std::string der = read_text(reply, kMostReplyBytes);
    Timestamp stamp = examine(der, case_folder, std::nullopt);
    replace_file(case_folder / kTimestamp, bytes_of(der));
    return stamp;
  } catch (const FormatError& e) {
    throw UsageError(fmt::format("{}: {}", reply.string(), e.what()));
  }
}

std::optional<Timestamp> check_timestamp(const fs::path& case_folder,
                                         const std::optional<fs::path>& authorities) {
  const fs::path path = case_folder / kTimestamp;
  if (!fs::exists(fs::symlink_status(path))) return std::nullopt;
  try {
    return examine(read_text(path, kMostReplyBytes), case_folder, authorities);
  } catch (const FormatError& e) {
    throw FormatError(fmt::format("{}: {}", kTimestamp, e.what()));
  }
}

} // namespace coldsweep
