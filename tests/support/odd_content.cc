// SPDX-License-Identifier: Apache-2.0
#include "support/odd_content.h"

#include "support/archive_writer.h"

namespace coldsweep::test {

namespace {

std::string base64(const std::string& bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 3; ++i)
      value = value << 8 | (at + i < bytes.size() ? static_cast<u8>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i > bytes.size() ? '=' : kDigits[value >> (18 - 6 * i) & 63];
    if (at % 57 == 54) text += "\r\n";
  }
  return text;
}

} // namespace

std::string mail_with(const std::string& name, const std::string& content) {
  return "From: a@example.com\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee below\r\n--b\r\n"
         "Content-Type: application/octet-stream; name=\"" +
         name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64(content) +
         "\r\n--b--\r\n";
}

void add(NtfsImage& image, const std::string& name, const std::string& content) {
  image.file("plain/" + name, content);
  image.file("zipped/" + name + ".zip", make_archive("zip", {{name, content}}));
  image.file("mailed/" + name + ".eml", mail_with(name, content));
}

std::vector<std::string> places_of(const std::string& name) {
  return {"/plain/" + name, "/zipped/" + name + ".zip", "/mailed/" + name + ".eml"};
}

NtfsImage image_with_folders() {
  NtfsImage image({.size = 32_MiB});
  for (const char* folder : {"plain", "zipped", "mailed"}) image.folder(folder);
  return image;
}

std::map<std::string, std::set<std::string>> rules_by_path(const Swept& swept) {
  std::map<std::string, std::set<std::string>> rules;
  for (const nlohmann::json& f : swept.findings)
    rules[f.at("path")].insert(f.at("rule").at("name").get<std::string>());
  return rules;
}

std::map<std::string, std::set<std::string>> issues_by_path(const Swept& swept) {
  std::map<std::string, std::set<std::string>> issues;
  for (const nlohmann::json& issue : swept.issues)
    issues[issue.at("path")].insert(issue.at("kind").get<std::string>());
  return issues;
}

} // namespace coldsweep::test
