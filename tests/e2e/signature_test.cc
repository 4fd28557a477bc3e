// SPDX-License-Identifier: Apache-2.0
// A case's signature and time stamp, with openssl itself as the other side; and that an edit of any
// file of a case is found.
#include "base/file.h"
#include "manifest/seal.h"
#include "support/catch.h"
#include "support/effort.h"
#include "support/ntfs_image.h"
#include "support/program.h"
#include "support/run_tool.h"

#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

namespace fs = std::filesystem;

/// An image with findings. Some are deleted, and some have copies.
const fs::path& small_image() {
  static NtfsImage image({.size = 8_MiB});
  static const fs::path path = [] {
    for (int i = 0; i < 6; ++i)
      image.file(fmt::format("inetpub/wwwroot/page{}.aspx", i),
                 "coldsweep-marker, page " + std::to_string(i));
    return image.build();
  }();
  return path;
}

/// Sweeps into `case` below the folder.
ToolResult sweep_into(const TempDir& folder, const std::vector<std::string>& more = {}) {
  const fs::path rules = write_text(
      folder / "rules.yar", "rule marker { strings: $m = \"coldsweep-marker\" condition: $m }");
  std::vector<std::string> arguments{"--rules", rules.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return sweep_program(small_image(), folder / "case", arguments);
}

std::string key_pair(const TempDir& folder, const std::string& name) {
  const std::string key = (folder / (name + ".pem")).string();
  must_run({"openssl", "genpkey", "-algorithm", "ed25519", "-out", key});
  must_run({"openssl", "pkey", "-in", key, "-pubout", "-out", (folder / (name + ".pub")).string()});
  return key;
}

ToolResult verify(const TempDir& folder, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"verify", (folder / "case").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

bool can_run() { return can_build_ntfs_images() && have_tool("openssl"); }

/// A time stamp authority with a certificate of its own, as `openssl ts` needs it.
struct Authority {
  TempDir folder;

  Authority() {
    write_text(folder / "tsa.cnf", fmt::format(R"([req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Test authority
[extensions]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = {0}/serial
signer_cert = {0}/tsa.crt
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384
accuracy = secs:1
)",
                                               folder.path().string()));
    write_text(folder / "serial", "01\n");
    must_run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config",
              (folder / "tsa.cnf").string(), "-keyout", (folder / "tsa.key").string(), "-out",
              certificate(), "-days", "30"});
  }
  std::string certificate() const { return (folder / "tsa.crt").string(); }

  void answer(const fs::path& request, const fs::path& reply) const {
    must_run({"openssl", "ts", "-reply", "-config", (folder / "tsa.cnf").string(), "-queryfile",
              request.string(), "-out", reply.string()});
  }
};

} // namespace

TEST_CASE("a signed case verifies under its key and with openssl, but not under another key or "
          "when changed") {
  if (!can_run()) SKIP("no ntfs_writer, mkntfs or openssl");
  const TempDir folder;
  const std::string key = key_pair(folder, "mine"), other = key_pair(folder, "other");
  REQUIRE(sweep_into(folder, {"--sign-key", key}).status == 0);
  const fs::path manifest = folder / "case" / "manifest.jsonl",
                 signature = folder / "case" / "manifest.sig";
  must_run({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", (folder / "mine.pub").string(),
            "-rawin", "-in", manifest.string(), "-sigfile", signature.string()});

  const std::string mine = (folder / "mine.pub").string();
  const ToolResult good = verify(folder, {"--public-key", mine});
  CHECK(good.status == 0);
  CHECK(good.out.find("Signature: valid, with the given key") != std::string::npos);
  CHECK(verify(folder).out.find("Signature: not checked") != std::string::npos);
  const ToolResult json = verify(folder, {"--public-key", mine, "--json"});
  CHECK(nlohmann::json::parse(json.out).at("signature") == "valid");
  const ToolResult wrong = verify(folder, {"--public-key", (folder / "other.pub").string()});
  CHECK(wrong.status == 3);
  CHECK(wrong.out.find("manifest.sig: not a signature of this manifest with that key") !=
        std::string::npos);

  // openssl's signature of the same bytes is the same as ours: Ed25519 is deterministic.
  must_run({"openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", manifest.string(),
            "-out", (folder / "theirs.sig").string()});
  CHECK(read_text(folder / "theirs.sig") == read_text(signature));

  fs::remove(folder / "case" / "files.sha256");
  const std::string bytes = read_text(signature);
  write_text(signature, bytes.substr(0, 63));
  CHECK(verify(folder, {"--public-key", mine}).out.find("63 bytes instead of 64") !=
        std::string::npos);
  fs::remove(signature);
  CHECK(verify(folder, {"--public-key", mine}).out.find("the case is not signed") !=
        std::string::npos);
}

TEST_CASE("keys that can't sign are refused before the sweep begins") {
  if (!can_run()) SKIP("no ntfs_writer, mkntfs or openssl");
  const TempDir folder;
  const std::string rsa = (folder / "rsa.pem").string(), locked = (folder / "locked.pem").string();
  must_run({"openssl", "genpkey", "-algorithm", "rsa", "-out", rsa});
  must_run({"openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out",
            locked});
  const std::string text = write_text(folder / "text.pem", "no key").string();
  for (const auto& [key, why] : {std::pair{rsa, "expected an Ed25519 key"},
                                 {locked, "in PEM, without a passphrase"},
                                 {text, "a private key in PEM"},
                                 {(folder / "absent").string(), "absent"}}) {
    const ToolResult refused = sweep_into(folder, {"--sign-key", key});
    CAPTURE(key, refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find(why) != std::string::npos);
    CHECK_FALSE(fs::exists(folder / "case"));
  }
}

TEST_CASE("a time stamp is requested, attached, and checked by openssl and by us") {
  if (!can_run()) SKIP("no ntfs_writer, mkntfs or openssl");
  const TempDir folder;
  const Authority authority, stranger;
  REQUIRE(sweep_into(folder).status == 0);
  const std::string of = (folder / "case").string();
  const fs::path request = folder / "request.tsq", reply = folder / "reply.tsr";
  const auto timestamp = [&](const std::string& way, const fs::path& file) {
    return run_program({"timestamp", of, way, file.string()});
  };
  const ToolResult requested = timestamp("--request", request);
  REQUIRE(requested.status == 0);
  CHECK(requested.out.find("coldsweep timestamp " + of + " --reply") != std::string::npos);
  CHECK(timestamp("--request", request).status == 2); // it exists
  const std::string asked = must_run({"openssl", "ts", "-query", "-in", request.string(), "-text"});
  CHECK(asked.find("Hash Algorithm: sha256") != std::string::npos);
  CHECK(asked.find("Certificate required: yes") != std::string::npos);
  authority.answer(request, reply);

  const ToolResult kept = timestamp("--reply", reply);
  CHECK(kept.status == 0);
  CHECK(kept.out.find("CN=Test authority") != std::string::npos);
  must_run({"openssl", "ts", "-verify", "-data", (folder / "case" / "manifest.jsonl").string(),
            "-in", (folder / "case" / "manifest.tsr").string(), "-CAfile",
            authority.certificate()});
  CHECK(verify(folder).status == 0);
  const ToolResult trusted = verify(folder, {"--timestamp-ca", authority.certificate()});
  CHECK(trusted.status == 0);
  CHECK(trusted.out.find("trusted by the given authorities") != std::string::npos);
  const ToolResult foreign = verify(folder, {"--timestamp-ca", stranger.certificate()});
  CHECK(foreign.status == 3);
  CHECK(foreign.out.find("manifest.tsr: not from these authorities") != std::string::npos);

  // Replies that are not an answer for this case.
  const std::string answer = read_text(reply);
  std::string flipped = answer;
  flipped[flipped.size() - 5] = static_cast<char>(flipped[flipped.size() - 5] ^ 1);
  const fs::path data = write_text(folder / "other", "another text"),
                 other_request = folder / "other.tsq";
  must_run({"openssl", "ts", "-query", "-data", data.string(), "-sha256", "-cert", "-out",
            other_request.string()});
  authority.answer(other_request, folder / "other.tsr");
  for (const auto& [bytes, why] :
       {std::pair{answer.substr(0, answer.size() / 2), "not an RFC 3161 time stamp reply"},
        {answer + "x", "extra bytes after"},
        {std::string("no DER"), "not an RFC 3161 time stamp reply"},
        {flipped, "its signature is not valid"},
        {read_text(folder / "other.tsr"), "a time stamp of something else"}}) {
    const ToolResult refused = timestamp("--reply", write_text(folder / "bad.tsr", bytes));
    CAPTURE(why, refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.err.find("bad.tsr: ") != std::string::npos);
    CHECK(refused.err.find(why) != std::string::npos);
  }
  CHECK(verify(folder).status == 0); // the good one is still there
}

TEST_CASE("`timestamp` still works by its former name and options, which the help does not list") {
  if (!can_run()) SKIP("no ntfs_writer, mkntfs or openssl");
  const TempDir folder;
  const Authority authority;
  REQUIRE(sweep_into(folder).status == 0);
  const std::string of = (folder / "case").string(), reply = (folder / "reply.tsr").string();
  const fs::path former = folder / "former.tsq", present = folder / "present.tsq";
  REQUIRE(run_program({"seal", of, "--timestamp-request", former.string()}).status == 0);
  REQUIRE(run_program({"timestamp", of, "--request", present.string()}).status == 0);
  CHECK(read_text(former) == read_text(present));
  authority.answer(former, reply);
  REQUIRE(run_program({"seal", of, "--timestamp-reply", reply}).status == 0);
  CHECK(read_text(folder / "case" / "manifest.tsr") == read_text(reply));
  CHECK(verify(folder, {"--timestamp-ca", authority.certificate()}).status == 0);

  CHECK(run_program({"seal", of}).status == 2);
  CHECK(run_program({"timestamp", of, "--timestamp-reply", reply}).status == 2);
  const std::string help = run_program({"--help"}).out;
  CHECK(help.find("  timestamp ") != std::string::npos);
  CHECK(help.find("  seal ") == std::string::npos);
}

TEST_CASE("an edit of any byte of any file of a case is found") {
  if (!can_run()) SKIP("no ntfs_writer, mkntfs or openssl");
  const TempDir folder;
  const std::string key = key_pair(folder, "mine");
  REQUIRE(sweep_into(folder, {"--sign-key", key}).status == 0);
  REQUIRE(verify(folder).status == 0);
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / "case"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  REQUIRE(files.size() == 6 + 6); // and six copies
  std::mt19937 random(7);
  for (u64 i = 0; i < rounds(1000); ++i) {
    const fs::path& file = files[random() % files.size()];
    const fs::perms before = fs::status(file).permissions();
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    const std::string bytes = read_text(file);
    std::string edited = bytes;
    char& at = edited[random() % edited.size()];
    at = static_cast<char>(at ^ static_cast<char>(1 + random() % 255));
    write_text(file, edited);
    const std::string problem = verify_case(folder / "case").first_problem.value_or("none");
    CAPTURE(file.string(), problem);
    CHECK(problem.find(file.filename().string()) != std::string::npos);
    write_text(file, bytes);
    fs::permissions(file, before);
  }
  CHECK(verify(folder).status == 0);
}
