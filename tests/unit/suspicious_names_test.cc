// SPDX-License-Identifier: Apache-2.0
// Names that Win32 hides, and IIS configurations that serve what is hidden.
#include "examine/virtual_directories.h"
#include "filesystem/suspicious_names.h"
#include "support/catch.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace coldsweep;

namespace {

std::vector<std::string> oddities(std::string_view name) {
  std::vector<std::string> names;
  for (const Anomaly& anomaly : suspicious_name(name)) names.push_back(anomaly.name);
  return names;
}

using Names = std::vector<std::string>;

std::string config_with(const std::string& tag) {
  return "<configuration>\r\n<!-- <virtualDirectory path=\"/old\" "
         "physicalPath=\"C:\\ProgramData\\CON\" "
         "/> -->\r\n<application path=\"/\">\r\n<virtualDirectory path=\"/\" "
         "physicalPath=\"%SystemDrive%\\inetpub\\wwwroot\" />\r\n" +
         tag + "\r\n</application>\r\n</configuration>\r\n";
}

std::vector<Finding> hidden(const std::string& tag) {
  return hidden_virtual_directories(bytes_of(config_with(tag)), 60);
}

std::string wide(const std::string& text) {
  std::string utf16 = "\xFF\xFE";
  for (const char c : text) utf16.append(1, c).append(1, '\0');
  return utf16;
}

} // namespace

TEST_CASE("device names are reserved in any case, with extensions, spaces and superscript digits") {
  for (const char* name : {"CON", "con", "Aux", "NUL.txt", "com1", "COM9.log.old", "LPT1", "prn.",
                           "COM\u00B9", "lpt\u00B3.txt", "CON .txt", "CONIN$", "conout$"}) {
    CAPTURE(name);
    CHECK(is_device_name(name));
  }
  for (const char* name : {"CONS", "COM", "COM0", "COM10", "LPTA", "aCON", "com1a", "", ".con",
                           "CONFIG.SYS", "auxiliary", "nullable.txt", "COM\u2074"}) {
    CAPTURE(name);
    CHECK_FALSE(is_device_name(name));
  }
}

TEST_CASE("each oddity of a name is reported, and ordinary names have none") {
  CHECK(oddities("COM1") == Names{"reserved_name"});
  CHECK(oddities("shell.aspx.") == Names{"trailing_dot_or_space"});
  CHECK(oddities("shell.aspx ") == Names{"trailing_dot_or_space"});
  CHECK(oddities("NUL ") == Names{"reserved_name", "trailing_dot_or_space"});
  CHECK(oddities("a\x01"
                 "b") == Names{"control_character_in_name"});
  CHECK(oddities("a\\u0000b") == Names{"control_character_in_name"});
  CHECK(oddities("a\u0085") == Names{"control_character_in_name"});
  CHECK(oddities("invoice\u202Efdp.exe") == Names{"bidirectional_name"});
  CHECK(oddities("Notizen für später.txt").empty());
  CHECK(oddities("a.b c").empty());
  CHECK(oddities("$MFT").empty());
  CHECK(oddities("\u5831\u544A.txt").empty());
}

TEST_CASE("virtual directories below ProgramData or under hidden names are found, with their "
          "offset") {
  const std::string tag = "<virtualDirectory path=\"/x\" physicalPath=\"C:\\ProgramData\\COM1\" />";
  const std::vector<Finding> findings = hidden(tag);
  REQUIRE(findings.size() == 1);
  CHECK(std::get<Anomaly>(findings[0].cause).name == "hidden_virtual_directory");
  CHECK(findings[0].why.size() == 2);
  CHECK(findings[0].matches.at(0).offset == config_with(tag).find(tag));
  CHECK(findings[0].matches.at(0).length == tag.size());

  const std::string both = wide(config_with(tag));
  const std::vector<Finding> in_utf16 = hidden_virtual_directories(bytes_of(both), 60);
  REQUIRE(in_utf16.size() == 1);
  CHECK(in_utf16[0].matches.at(0).offset == 2 + 2 * config_with(tag).find(tag));
}

TEST_CASE("spelling does not hide a virtual directory, and ordinary ones are not reported") {
  for (const char* tag : {
           "<virtualDirectory physicalPath='c:/programdata/ZING' path='/z'/>",
           "<VirtualDirectory\r\n\tpath = \"/a>b\"\r\n physicalPath\t=\r\n\"C:\\Users\\All "
           "Users\\q\">",
           "<virtualDirectory path=\"/x\" physicalPath=\"&#67;:&#x5C;ProgramData&#x5c;WHO\" />",
           "<virtualDirectory path=\"/x\" physicalPath=\"\\\\?\\C:\\inetpub\\wwwroot\\aux\" />",
           "<virtualDirectory path=\"/x\" physicalPath=\"%ProgramData%\\a\" />",
           "<virtualDirectory path=\"/x\" physicalPath=\"%SystemDrive%\\inetpub\\b \\c\" />",
       }) {
    CAPTURE(tag);
    CHECK(hidden(tag).size() == 1);
  }
  for (const char* tag : {
           "",
           "<virtualDirectory path=\"/owa\" physicalPath=\"C:\\Program Files\\Microsoft\\Exchange "
           "Server\\V15\\FrontEnd\\HttpProxy\\owa\" />",
           "<virtualDirectory path=\"/x\" physicalPath=\"..\\site\" />",
           "<virtualDirectoryDefaults path=\"/x\" physicalPath=\"C:\\ProgramData\\COM1\" />",
           "<virtualDirectory path=\"/x\" physicalPath=\"C:\\ProgramData\\COM1",
           "<virtualDirectory path=\"/x\" physicalPath />",
           "<virtualDirectory = = \" ' />",
       }) {
    CAPTURE(tag);
    CHECK(hidden(tag).empty());
  }
}

TEST_CASE("a hostile configuration costs bounded time and memory") {
  std::string many;
  while (many.size() < 2'000'000) many += "<virtualDirectory path='&amp;&#";
  CHECK(virtual_directories(bytes_of(many)).empty());
  std::string legal;
  while (legal.size() < 2'000'000) legal += "<virtualDirectory path='a' physicalPath='b'/>";
  CHECK(virtual_directories(bytes_of(legal)).size() == 1000);
  CHECK(virtual_directories({}).empty());
  CHECK(virtual_directories(bytes_of("\xFF\xFE<")).empty());
}
