// SPDX-License-Identifier: Apache-2.0
#include "content/mail.h"
#include "support/archive_walked.h"
#include "support/archive_writer.h"
#include "support/catch.h"

#include <random>
#include <vector>

#include <fmt/format.h>

using namespace coldsweep;
using namespace coldsweep::test;

namespace {

const std::string kHeader = "Received: from mail.example.com\r\n"
                            "\tby mx.example.com; Wed, 3 Mar 2021 10:00:00 +0000\r\n"
                            "From: a@example.com\r\nTo: b@example.com\r\nSubject: report\r\n"
                            "MIME-Version: 1.0\r\n";

/// A text, a page in base64, and a message that has a page too.
std::string message() {
  return kHeader + "Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\nfor old programs\r\n"
                   "--outer\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
                   "--outer\r\nContent-Type: application/octet-stream\r\n"
                   "Content-Transfer-Encoding: base64\r\n"
                   "Content-Disposition: attachment; filename*=UTF-8''caf%C3%A9.aspx\r\n\r\n"
                   "Y29sZHN3ZWVwLW1h\r\ncmtlci00NzEz\r\n"
                   "--outer\r\nContent-Type: message/rfc822\r\n\r\n"
                   "Subject: within\r\nMIME-Version: 1.0\r\n"
                   "Content-Type: text/html; name=\"..\\\\in.html\"\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D'x'>\r\n"
                   "--outer--\r\n";
}

Walked walk(const std::string& content, const ArchiveLimits& limits = {}) {
  return walk_through(content, ArchiveKind::mail, limits);
}

} // namespace

TEST_CASE("the parts of a message are decoded, including those of a message within it") {
  CHECK(archive_kind(bytes_of(message())) == ArchiveKind::mail);
  const Walked walked = walk(message());
  CHECK(walked.members == Members{{"part-1", "hello"},
                                  {"caf\u00e9.aspx", "coldsweep-marker-4713"},
                                  {"../in.html", "<a href='x'>"}});
  CHECK(walked.walk.limit.empty());
  CHECK(walked.walk.damage.empty());
}

TEST_CASE("messages are recognized by content") {
  const std::string type = "Content-Type: text/plain\n";
  for (const std::string& yes : std::vector<std::string>{
           kHeader + type + "\nx", "From a@b Wed Mar  3\n" + type + "To: b\n\n",
           "content-type: text/html;\n charset=utf-8\nDATE: now\n\n"}) {
    CAPTURE(yes);
    CHECK(is_mail(bytes_of(yes)));
  }
  for (const std::string& no : std::vector<std::string>{
           std::string(), std::string("\n"), kHeader + "\nno type", type + "\nno sign",
           kHeader + type, "HTTP/1.1 200 OK\nDate: x\n" + type + "\n",
           "a line\n" + kHeader + type + "\n", " folded: x\n" + kHeader + type + "\n",
           std::string(100'000, 'a')}) {
    CAPTURE(no);
    CHECK_FALSE(is_mail(bytes_of(no)));
  }
}

TEST_CASE("messages made to be expensive for the parser are not given to it") {
  std::string headers = kHeader + "Content-Type: text/plain\n", boundaries;
  while (headers.size() < 3_MiB) headers += "To: a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a\n";
  std::string folded = kHeader + "Content-Type: text/plain\n\nTo: a\n";
  while (folded.size() < 3_MiB) folded += " ,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a\n";
  std::string addresses = kHeader + "Cc: a,\n", groups = kHeader + "bcc : ";
  while (addresses.size() < 80'000) addresses += " a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,\n";
  for (int i = 0; i < 3000; ++i) groups += "a:";
  std::string lists = kHeader;
  for (int i = 0; i < 40; ++i) lists += "To: " + std::string(1200, ',') + "\n";
  const std::string type = "\nContent-Type: text/plain\n\n";
  for (int i = 0; i < 60'000; ++i) boundaries += "--b\n\n";
  for (const std::string& hostile : std::vector<std::string>{
           headers + "\n", folded, addresses + type, groups + type, lists + type,
           kHeader + "Content-Type: multipart/mixed; boundary=b\n\n" + boundaries}) {
    const Walked walked = walk(hostile);
    CHECK(walked.members.empty());
    CHECK(walked.walk.limit.starts_with("the message has more than"));
  }
  CHECK(walk(message(), {.member_bytes = 100}).walk.limit ==
        "the message is larger than 100 bytes");
  CHECK(walk(message(), {.members = 2}).walk.limit == "more than 2 members");
  CHECK(walk(message(), {.total_bytes = 10}).walk.limit == "its parts have more than 10 bytes");
}

TEST_CASE("endlessly nested messages are taken apart to a limited depth") {
  std::string nested, split = kHeader;
  for (int i = 0; i < 20'000; ++i) nested += "To: a\nContent-Type: message/rfc822\n\n";
  for (int i = 0; i < 20'000; ++i)
    split += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  CHECK(walk(nested + "x").members.size() <= 1);
  CHECK(walk(split + "\nx").members.size() <= 1);
}

TEST_CASE("truncated or corrupted messages yield parts or none, and never crash") {
  const unsigned seed = GENERATE(take(60, random(0U, 1U << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::string content = message();
  content.resize(content.size() - random() % 300);
  for (int i = 0; i < 8; ++i) content[random() % content.size()] = static_cast<char>(random());
  CHECK(walk(content).members.size() <= 20);
}
