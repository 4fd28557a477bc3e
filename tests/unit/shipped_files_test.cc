// SPDX-License-Identifier: Apache-2.0
// How a file in a web folder of Exchange is judged.
#include "support/catch.h"

#include "hash_sets/hash_sets.h"
#include "hash_sets/shipped_files.h"
#include "yara-rules/hash-sets/builtin_hash_sets.h"

using namespace coldsweep;

namespace {

const std::string kRoot = "/Program Files/Microsoft/Exchange Server/V15/";
const std::string kForeign = sha256_of(std::string_view("foreign"));

WebFolders exchange_at(const std::string& lower_root) { return {{lower_root}, true}; }
const WebFolders kFolders = exchange_at("/program files/microsoft/exchange server/v15/");

std::string judged(const ShippedFiles& shipped, const std::string& path,
                   const std::string& sha256 = kForeign, bool deleted = false,
                   const WebFolders& folders = kFolders) {
  const std::optional<HashSetHit> hit = shipped.judge({path, sha256, deleted}, folders);
  if (!hit) return "";
  CHECK(hit->name == "exchange-known-good");
  CHECK(!hit->note.empty());
  return hit->entry;
}

class Builtin {
public:
  const ShippedFiles& shipped() const { return sets_.shipped_files(); }

private:
  HashSets sets_ = HashSets::load({{}, {}, builtin_hash_sets()});
};

constexpr const char* kUnknown = "unknown_in_web_root";

} // namespace

TEST_CASE("a page that Exchange never shipped is unknown, wherever Exchange was installed") {
  const Builtin list;
  const ShippedFiles& s = list.shipped();
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/RedirSuiteServerProxy.aspx") == kUnknown);
  CHECK(judged(s, kRoot + "FRONTEND/httpproxy/OWA/Auth/errorEE.ASPX") == kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/ews/333.aspx") == kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/Current/themes/resources/x.aspx") ==
        kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/15.1.2106/x.ashx") == kUnknown);
  CHECK(judged(s, kRoot + "ClientAccess/owa/auth/shell.aspx") == kUnknown);
  CHECK(judged(s, kRoot + "ClientAccess/ecp/a.asp") == kUnknown);
  CHECK(judged(s, "/x/FrontEnd/HttpProxy/owa/a.aspx", kForeign, false, exchange_at("/x/")) ==
        kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/a.aspx", kForeign, true) == kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/a.aspx", "") == kUnknown);
}

TEST_CASE(
    "a stray file in a proxy folder is unknown whatever its type, but elsewhere only pages are") {
  const Builtin list;
  const ShippedFiles& s = list.shipped();
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/google.log") == kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/dump.zip") == kUnknown);
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/bin/Microsoft.Later.dll").empty());
  CHECK(judged(s, kRoot + "ClientAccess/owa/prem/15.2.1118.40/scripts/later.js").empty());
  CHECK(judged(s, kRoot + "ClientAccess/owa/bin/Microsoft.Later.dll").empty());
  CHECK(judged(s, kRoot + "Logging/x.aspx").empty());
}

TEST_CASE("a shipped page whose content no build shipped is foreign, in folders of any version") {
  const Builtin list;
  const ShippedFiles& s = list.shipped();
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/RedirSuiteServiceProxy.aspx") ==
        "foreign_content");
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/ecp/auth/TimeoutLogout.aspx") == "foreign_content");
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/15.2.1118/scripts/premium/flogon.js") ==
        "foreign_content");
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/autodiscover/global.asax") == "foreign_content");
  // Overwritten in part, perhaps:
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/logon.aspx", kForeign, true).empty());
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/logon.aspx", "").empty());
}

TEST_CASE(
    "files that setup, administrators and the server itself write are not judged by content") {
  const Builtin list;
  const ShippedFiles& s = list.shipped();
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/ecp/web.config").empty());
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/15.1.2106/x.strings.localized.js").empty());
  CHECK(judged(s, kRoot + "FrontEnd/HttpProxy/owa/auth/15.2.1/themes/resources/logon.css").empty());
}

TEST_CASE("shipped content is never a stranger, whatever its name, such as the page for China") {
  const Builtin list;
  // OutlookCN.aspx is Microsoft's. OutlookEN.aspx, OutlookUS.aspx and others like them are web
  // shells.
  constexpr const char* kOutlookCn =
      "c6e002d39103245ef4c23792ae496f5b7fdb4cd4453da3b5e6d245adb698a56c";
  const std::string auth = kRoot + "FrontEnd/HttpProxy/owa/auth/";
  CHECK(judged(list.shipped(), auth + "OutlookCN.aspx", kOutlookCn).empty());
  CHECK(judged(list.shipped(), auth + "copy of it.aspx", kOutlookCn).empty());
  CHECK(judged(list.shipped(), auth + "OutlookCN.aspx") == "foreign_content");
  CHECK(judged(list.shipped(), auth + "OutlookEN.aspx") == kUnknown);
}

TEST_CASE("names in a list match in any case and version, and the note gives the newest build") {
  ShippedFiles shipped;
  shipped.add(sha256_of(std::string_view("b")), "owa\\prem\\15.0.1.2\\B.aspx", "15.02.0858.005");
  shipped.add(sha256_of(std::string_view("c")), "ClientAccess/c.aspx", "15.01.1034.026");
  shipped.finish();
  const std::optional<HashSetHit> hit =
      shipped.judge({kRoot + "ClientAccess/owa/prem/15.9.9.9/b.aspx", kForeign, false}, kFolders);
  REQUIRE(hit);
  CHECK(hit->entry == kForeignContent);
  CHECK(hit->note.find("15.02.0858.005") != std::string::npos);
}

TEST_CASE("a page in aspnet_client is unknown if Exchange is installed on the image") {
  const Builtin list;
  const ShippedFiles& s = list.shipped();
  CHECK(judged(s, "/inetpub/wwwroot/aspnet_client/system_web/4_0_30319/err0r.aspx") == kUnknown);
  CHECK(judged(s, "/inetpub/wwwroot/aspnet_client/crystalreportviewers13/js/a.js").empty());
  CHECK(judged(s, "/inetpub/wwwroot/iisstart.aspx").empty());
  CHECK(judged(s, "/inetpub/wwwroot/aspnet_client/a.aspx", kForeign, false, {}).empty());
}

TEST_CASE("without Exchange, or without a list, nothing is judged") {
  const Builtin list;
  const std::string page = kRoot + "ClientAccess/owa/auth/shell.aspx";
  CHECK(judged(list.shipped(), page, kForeign, false, {}).empty());
  CHECK(judged(list.shipped(), "/apps/ClientAccess/a.aspx").empty());
  CHECK(judged(ShippedFiles(), page).empty());
}
