// SPDX-License-Identifier: Apache-2.0
// write_seeds FOLDER: writes seed.raw, an NTFS volume with every kind of stream and of container
// content that coldsweep opens, for mutate_and_sweep. Exit status 1 if a tool for it is missing.
#include "support/archive_forms.h"
#include "support/archive_writer.h"
#include "support/evtx_writer.h"
#include "support/ntfs_image.h"
#include "support/wof_codec.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <fmt/format.h>

namespace {

using namespace coldsweep;
using namespace coldsweep::test;

Members few_members() {
  return {{"web/page.aspx", text(3000, 1).bytes()},
          {"big.bin", text(200'000, 2).bytes() + pattern(30'000, 3).bytes()},
          {"empty", ""},
          {"W3SVC1/u_ex210303.log", text(5000, 4).bytes()}};
}

void add_archives(NtfsImage& image) {
  const Members members = few_members();
  for (const char* format : {"zip", "7zip", "ustar", "pax", "gnutar", "cpio", "iso9660", "ar"})
    image.file(fmt::format("archives/a.{}", format),
               make_archive(format, std::string(format) == "ar" ? Members{members[0]} : members));
  for (const char* filter : {"gzip", "bzip2", "xz", "zstd", "lzma", "compress"})
    image.file(fmt::format("archives/tar.{}", filter), make_archive("ustar", members, filter));
  image.file("archives/a.cab", make_cab(members));
  image.file("archives/a4.rar", make_rar4(members));
  image.file("archives/a5.rar", make_rar5(members));
  image.file("archives/locked.zip", make_archive("zip", members, "none", "secret"));
  const std::string inner = make_archive("7zip", members);
  image.file("archives/nested.zip", make_archive("zip", {{"inner.7z", inner}, {"x", "y"}}));
  image.file("archives/gone.zip", make_archive("zip", members)).deleted();
}

std::string mail() {
  std::string encoded;
  for (int i = 0; i < 40; ++i)
    encoded += "UEsDBBQAAAAIAAAAIQBkb2N1bWVudCBwYWdlIHRleHQgb2YgYSBtZW1iZXI=\r\n";
  return "From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: "
         "text/plain\r\n\r\nhello\r\n--b1\r\nContent-Type: application/zip; name=\"a.zip\"\r\n"
         "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; "
         "filename=\"a.zip\"\r\n\r\n" +
         encoded + "--b1--\r\n";
}

void add_logs(NtfsImage& image) {
  std::string iis = "#Software: Microsoft Internet Information Services 10.0\r\n"
                    "#Fields: date time s-ip cs-method cs-uri-stem sc-status\r\n";
  for (int i = 0; i < 400; ++i)
    iis += fmt::format("2021-03-03 04:05:{:02} 10.0.0.1 POST /owa/auth/{}.aspx 200\r\n", i % 60, i);
  image.file("inetpub/logs/LogFiles/W3SVC1/u_ex210303.log", iis);
  EvtxWriter events;
  for (u64 i = 0; i < 60; ++i) {
    if (i % 25 == 24) events.new_chunk();
    events.event(i, "MSExchange CmdletLogs", "Set-OabVirtualDirectory", event_time(i));
  }
  image.file("Windows/System32/winevt/Logs/MSExchange Management.evtx", events.file());
  image.file("Windows/System32/inetsrv/config/applicationHost.config",
             "<configuration><system.applicationHost><sites><site name=\"a\" id=\"1\">"
             "<application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\" />"
             "<virtualDirectory path=\"/AUX\" physicalPath=\"C:\\x\" /></application></site>"
             "</sites></system.applicationHost></configuration>");
  image.file("mail/message.eml", mail());
  image.file("mail/box.mbox", "From a@example.org Wed Mar  3 04:05:06 2021\r\n" + mail());
}

void add_streams(NtfsImage& image) {
  image.file("resident.txt", text(300)).stream("Zone.Identifier", text(100)).hard_link("b/link");
  image.file("fragmented.bin", pattern(300'000)).fragmented(30);
  image.file("compressed.txt", text(400'000)).compressed();
  image.file("compressed.bin", pattern(200'000)).compressed().fragmented(4);
  image.sparse_file("sparse.bin", 4_MiB, {{1_MiB, text(70'000)}, {3_MiB, pattern(1000)}});
  image.file("initialized.bin", text(100'000)).initialized(40'000);
  image.file("streams.txt", text(10)).many_streams(300);
  image.file("deleted.aspx", text(40'000)).deleted();
  image.file("lost.aspx", text(9000)).without_name();
  image.file("nameless.aspx", text(9000)).nameless();
  image.file("dos name.aspx", text(2000)).dos_name("DOSNAM~1.ASP");
  image.file("reparse", {}).reparse_point(0x9000001A, std::string(40, 'r'));
  for (int i = 0; i < 120; ++i) image.file(fmt::format("folder/file{:03}.txt", i), text(100, 7));
  for (const Encoding kind : kWofKinds)
    image.wof_file(fmt::format("Windows/{}.exe", name_of(kind)),
                   text(150'000, 5).bytes() + pattern(20'000, 6).bytes(), kind);
}

} // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    fmt::print(stderr, "write_seeds FOLDER\n");
    return 2;
  }
  if (!can_build_ntfs_images() || !can_compress_wof()) {
    fmt::print(stderr, "write_seeds: ntfs_writer, wim_codec or mkntfs is missing\n");
    return 1;
  }
  NtfsImage image({.size = 16_MiB});
  add_streams(image);
  add_logs(image);
  add_archives(image);
  std::filesystem::create_directories(argv[1]);
  std::filesystem::copy_file(image.build(), std::filesystem::path(argv[1]) / "seed.raw",
                             std::filesystem::copy_options::overwrite_existing);
  return 0;
} catch (const std::exception& e) {
  fmt::print(stderr, "write_seeds: {}\n", e.what());
  return 1;
}
