// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "content/carve.h"
#include "support/catch.h"

#include <random>

using namespace coldsweep;

namespace {

using Parts = std::vector<std::pair<u64, u64>>;

Parts carve_all(const std::string& bytes, CarveOptions options = {.cluster_size = 512}) {
  const RawRun all{0, bytes.size(), 0};
  Parts parts;
  for (const Carved& part : carve(bytes_of(bytes), std::span(&all, 1), options).parts)
    parts.emplace_back(part.offset, part.size);
  return parts;
}

std::string clusters(u64 count) { return std::string(count * 512, '\0'); }

void put(std::string& bytes, u64 at, std::string_view text) {
  bytes.replace(at, text.size(), text);
}

/// An MFT record of 1 KiB with one resident $DATA of that content, its update sequence applied.
std::string record_with(const std::string& content) {
  std::string r(1024, '\0');
  const auto u16at = [&](u64 at, u64 v) {
    r[at] = static_cast<char>(v & 255);
    r[at + 1] = static_cast<char>(v >> 8);
  };
  put(r, 0, "FILE");
  u16at(4, 0x30), u16at(6, 3), u16at(16, 1), u16at(20, 0x38), u16at(22, 1);
  const u64 attribute = 0x38, length = (24 + content.size() + 7) / 8 * 8;
  u16at(24, attribute + length + 8);
  u16at(attribute, 0x80), u16at(attribute + 4, length);
  u16at(attribute + 16, content.size()), u16at(attribute + 20, 24);
  put(r, attribute + 24, content);
  put(r, attribute + length, "\xFF\xFF\xFF\xFF");
  put(r, 0x30, "\x07\x07");
  for (const u64 sector : {0, 1}) {
    put(r, 0x32 + sector * 2, r.substr(sector * 512 + 510, 2));
    put(r, sector * 512 + 510, "\x07\x07");
  }
  return r;
}

} // namespace

TEST_CASE("text is carved from the start of a cluster to its first NUL") {
  std::string bytes = clusters(8);
  put(bytes, 2 * 512, "<%@ Page Language=\"Jscript\"%> something");
  put(bytes, 4 * 512, "plain words that are long enough");
  put(bytes, 5 * 512 + 9, "<% not at the start of a cluster %>");
  put(bytes, 6 * 512, "too short");
  CHECK(carve_all(bytes) == Parts{{1024, 39}, {2048, 32}});
}

TEST_CASE(
    "text that continues from the previous cluster is not a beginning, unless a tag says so") {
  std::string bytes = clusters(6);
  put(bytes, 512, std::string(1024, 'x'));
  CHECK(carve_all(bytes) == Parts{{512, 1024}});
  put(bytes, 1024, "<%");
  CHECK(carve_all(bytes) == Parts{{512, 1024}, {1024, 512}});
}

TEST_CASE("UTF-16 text ends at a two-byte NUL") {
  std::string bytes = clusters(3);
  std::string text = "\xFF\xFE";
  for (const char c : std::string("some wide words")) text += {c, '\0'};
  put(bytes, 512, text);
  CHECK(carve_all(bytes) == Parts{{512, text.size()}});
}

TEST_CASE(
    "a program ends with its last section or its signature, a cabinet where its header says") {
  std::string bytes = clusters(40);
  std::string pe(0x200, '\0');
  put(pe, 0, "MZ");
  put(pe, 0x3C, "\x80");
  put(pe, 0x80, std::string("PE\0\0\x4c\x01\x01\0", 8));
  put(pe, 0x80 + 20, "\xE0"); // size of the optional header
  put(pe, 0x80 + 24, "\x0b\x01");
  put(pe, 0x80 + 24 + 0xE0 + 16, std::string("\0\x04\0\0\0\x02", 6)); // 0x400 bytes at 0x200
  put(bytes, 512, pe);
  CHECK(carve_all(bytes) == Parts{{512, 0x600}});
  put(bytes, 512 + 0x80 + 24 + 128, std::string("\0\x08\0\0\x10\x01", 6)); // 0x110 bytes at 0x800
  CHECK(carve_all(bytes) == Parts{{512, 0x910}});
  put(bytes, 512 + 0x80, "NO");
  CHECK(carve_all(bytes).empty());
  put(bytes, 30 * 512, std::string("MSCF\0\0\0\0\x23\x01\0\0", 12));
  CHECK(carve_all(bytes) == Parts{{30 * 512, 0x123}});
  put(bytes, 30 * 512 + 8, "\xFF\xFF\xFF\x7F"); // but not past the bytes that there are
  CHECK(carve_all(bytes) == Parts{{30 * 512, 10 * 512}});
}

TEST_CASE("resident data of MFT records is carved at its size, without the update sequence") {
  std::string bytes = clusters(8);
  const std::string content(600, 'q');
  put(bytes, 2 * 512, record_with(content));
  const RawRun all{0, bytes.size(), 0};
  const CarveResult carved =
      carve(bytes_of(bytes), std::span(&all, 1), {.cluster_size = 4096, .record_size = 1024});
  REQUIRE(carved.parts.size() == 1);
  CHECK(carved.parts[0].offset == 1024 + 0x38 + 24);
  CHECK(carved.parts[0].size == 600);
  CHECK(chars_of(carved.parts[0].mended) == content); // a sector ends within it
  put(bytes, 2 * 512, record_with("short, within a sector"));
  CHECK(carve(bytes_of(bytes), std::span(&all, 1), {.cluster_size = 4096})
            .parts.at(0)
            .mended.empty());
}

TEST_CASE("a stale attribute and a tag anywhere are carved after the end of a record") {
  const std::string record = record_with(std::string(100, 'a'));
  std::string slack = record.substr(0x38, 200); // as if it began there, at a multiple of 8
  put(slack, 150, "<%eval%>");
  slack += std::string(40, '\0');
  const Parts parts = carve_all(slack, {.anywhere = true, .attribute_phase = 0});
  CHECK(std::find(parts.begin(), parts.end(), std::pair<u64, u64>{24, 100}) != parts.end());
  CHECK(std::find(parts.begin(), parts.end(), std::pair<u64, u64>{150, 8}) != parts.end());
  CHECK(carve_all(slack, {.anywhere = true, .attribute_phase = 3}).size() == 1);
}

TEST_CASE("parts carved from hostile bytes stay within them, and total at most four times as many "
          "bytes") {
  const unsigned seed = GENERATE(take(300, random(0U, 1U << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::string bytes(512 * (1 + random() % 64), '\0');
  for (u64 at = 0; at < bytes.size(); at += 512) {
    const std::vector<std::string> starts{"MZ",
                                          "PK\3\4",
                                          std::string("MSCF\0\0\0\0\xff\xff\xff", 11),
                                          "<%",
                                          "FILE0",
                                          std::string("ElfChnk\0", 8),
                                          "MDMP\x93\xA7",
                                          record_with(std::string(random() % 700, 'r'))};
    const std::string& start = starts[random() % starts.size()];
    put(bytes, at, start.substr(0, std::min<std::size_t>(start.size(), bytes.size() - at)));
    for (u64 left = random() % 20; left > 0; --left)
      bytes[at + random() % 512] = static_cast<char>(random());
  }
  const RawRun all{0, bytes.size(), 0};
  for (const bool anywhere : {false, true}) {
    const CarveResult carved =
        carve(bytes_of(bytes), std::span(&all, 1), {.cluster_size = 512, .anywhere = anywhere});
    u64 sum = 0;
    for (const Carved& part : carved.parts) {
      CHECK(part.offset + part.size <= bytes.size());
      CHECK((part.mended.empty() || part.mended.size() == part.size));
      sum += part.size;
    }
    CHECK(sum <= 4 * bytes.size());
  }
}
