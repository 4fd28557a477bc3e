// SPDX-License-Identifier: Apache-2.0
// The table of places: which path belongs to which place, and which tables are refused.
#include "base/error.h"
#include "rules/scanner.h"
#include "support/catch.h"
#include "weigh/weigh.h"

#include <string>

using namespace coldsweep;
using Catch::Matchers::ContainsSubstring;

namespace {

const PlaceTable& builtin() {
  static const PlaceTable table = PlaceTable::load(std::nullopt);
  return table;
}

std::string place(const std::string& path, const std::string& content = "words") {
  const ContentFacts facts(bytes_of(content), file_type_label(bytes_of(content)));
  const PlaceRow* row = place_of(path, facts, builtin());
  return row == nullptr ? "other" : row->name;
}

std::string refusal(const std::string& toml) {
  try {
    PlaceTable::parse(toml, "mine.toml");
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

} // namespace

TEST_CASE("each folder of the fact sheets is in its place, in upper or lower case") {
  struct Row {
    const char* path;
    const char* place;
  };
  const auto row = GENERATE(
      Row{"/inetpub/wwwroot/aspnet_client/discover.aspx", "web_root"},
      Row{"/InetPub/WWWRoot/Aspnet_Client/system_web/4_0_30319/err0r.aspx", "web_root"},
      Row{"/inetpub/wwwroot", "web_root"}, Row{"/$OrphanFiles/aspnet_client/x.aspx", "web_root"},
      Row{"/inetpub/logs/LogFiles/W3SVC1/u_ex210302.log", "other"},
      Row{"/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/a.aspx",
          "exchange_http_proxy"},
      Row{"/Exchange/FrontEnd/HttpProxy/ecp/auth/a.aspx", "exchange_http_proxy"},
      Row{"/Microsoft/frontend/httpproxy/OAB/log.aspx", "exchange_http_proxy"},
      Row{"/Exchange/V15/ClientAccess/owa/auth/a.aspx", "exchange_http_proxy"},
      Row{"/Exchange/V15/Logging/HttpProxy/Owa/a.LOG", "other"},
      Row{"/Windows/Microsoft.NET/Framework64/v4.0.30319/Temporary ASP.NET Files/root/a/b/"
          "App_Web_aa0aecbt.dll",
          "aspnet_compiled"},
      Row{"/Program Files/Common Files/microsoft shared/Web Server Extensions/16/TEMPLATE/LAYOUTS/"
          "spinstall0.aspx",
          "sharepoint_layouts"},
      Row{"/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/a.bat", "startup"},
      Row{"/Users/a/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/a.lnk",
          "startup"},
      Row{"/Windows/System32/Tasks/Winnet", "startup"}, Row{"/Windows/Temp/xx.bat", "temp"},
      Row{"/Users/a/AppData/Local/Temp/a.exe", "temp"},
      Row{"/Users/a/Downloads/a.aspx", "user_profile"},
      Row{"/Users/Public/opera/opera_browser.dll", "user_profile"},
      Row{"/Documents and Settings/a/Desktop/a.txt", "user_profile"},
      Row{"/ProgramData/Microsoft/Windows Defender/Quarantine/ResourceData/A1/A1B2", "quarantine"},
      Row{"/ProgramData/ClamAV/quarantine/a.aspx.001", "quarantine"},
      Row{"/ProgramData/Microsoft/Windows Defender/Definition Updates/{1}/mpasbase.vdm",
          "signature_database"},
      Row{"/ProgramData/Norton/Definitions/VirusDefs/a.dat", "signature_database"},
      Row{"/Program Files/ClamAV/database/daily.cvd", "signature_database"},
      Row{"/Tools/hunt.YAR", "rule_or_advisory"}, Row{"/Tools/hunt.yml", "rule_or_advisory"},
      Row{"/Users/a/Desktop/advisory.md", "rule_or_advisory"},
      Row{"/Tools/signature-base/iocs/filename-iocs.txt", "rule_or_advisory"},
      Row{"/Tools/hash-iocs.txt", "rule_or_advisory"}, Row{"/pagefile.sys", "system"},
      Row{"/$MFT", "system"}, Row{"/Windows/System32/kernel32.dll", "system"},
      Row{"/ProgramData/COM1/a.aspx", "other"}, Row{"/", "other"}, Row{"", "other"});
  CAPTURE(row.path);
  CHECK(place(row.path) == row.place);
}

TEST_CASE("words in a served page or a script do not make it an advisory") {
  const std::string words =
      "// strings: condition: CVE-2021-26855 advisory mitigation MITRE\n<% %>";
  CHECK(place("/inetpub/wwwroot/a.aspx", words) == "web_root");
  CHECK(place("/inetpub/wwwroot/a.txt", words) == "web_root");
  CHECK(place("/Tools/run.bat", words) == "other");
  CHECK(place("/Tools/notes.txt", words) == "rule_or_advisory");
  CHECK(place("/Tools/NOTES", words) == "rule_or_advisory");
  CHECK(place("/Tools/notes.txt", "nothing of the kind") == "other");
}

TEST_CASE("a program is not a rule file, whatever its name, but rules in UTF-16 are") {
  CHECK(place("/Tools/hunt.yar", std::string("MZ\x90\0\x03\0", 6)) == "other");
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("rule a { Strings: $a = \"b\" CONDITION: $a }"))
    wide.append(1, c).append(1, '\0');
  CHECK(place("/Tools/rules.txt", wide) == "rule_or_advisory");
}

TEST_CASE("patterns match stars within names and any number of folders, without blowing up") {
  const auto fits = [](const char* pattern, const char* path) {
    return path_fits(cut_path(pattern), cut_path(path));
  };
  CHECK(fits("/a/*/c", "/a/b/c"));
  CHECK_FALSE(fits("/a/*/c", "/a/c"));
  CHECK(fits("/a/**/c", "/a/c"));
  CHECK(fits("/a/**/c", "/a/b/b/c"));
  CHECK_FALSE(fits("/a/**/c", "/a/b/b/d"));
  CHECK(fits("**/x*y?.t", "/q/xaaybby1.t"));
  CHECK_FALSE(fits("/b/**", "/a/b/c"));
  CHECK_FALSE(name_fits("a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

TEST_CASE("a table with something unknown in it is refused with its line") {
  CHECK_THAT(refusal(""), ContainsSubstring("no_score"));
  CHECK_THAT(refusal("[reasons]\nno_score = 50\ndeletd = -5\n"),
             ContainsSubstring("mine.toml: line 3") && ContainsSubstring("deletd"));
  CHECK_THAT(refusal("[reasons]\nno_score = 500\n"), ContainsSubstring("from -100 to 100"));
  CHECK_THAT(refusal("[reasons]\nno_score = 50\n[[place]]\nname = \"a\"\npoints = 1\n"),
             ContainsSubstring("needs `paths`"));
  CHECK_THAT(
      refusal("[reasons]\nno_score = 50\n[[place]]\nname = \"a\"\npaths = [\"inetpub/**\"]\n"),
      ContainsSubstring("must begin with"));
  CHECK_THAT(refusal("[reasons]\nno_score = 50\n[[place]]\nname = \"A b\"\npaths = [\"/a\"]\n"),
             ContainsSubstring("lower-case"));
  CHECK_THAT(refusal("[reasons]\nno_score = 50\nplace = 3\n"), ContainsSubstring("place"));
  CHECK_THAT(refusal("= nothing"), ContainsSubstring("mine.toml: line 1"));
  CHECK(refusal("[reasons]\nno_score = 40\n").empty());
}
