// SPDX-License-Identifier: Apache-2.0
// Content that contradicts its extension. These rules read the external variables `extension` and
// `filepath`. They don't score the location.

rule SUSP_Archive_Web_Extension {
  meta:
    description = "Cabinet or other archive with the extension of an image, style sheet, script or page: stolen data staged for download"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1036/008/"
    date = "2026-11-25"
    score = 72
    mitre = "T1036.008"
    id = "b2453707-33b7-46ab-a437-f41774a5a98f"
    license = "Apache-2.0"
  condition:
    filesize > 64
    and (
      (uint32be(0) == 0x4D534346 and uint32be(4) == 0)
      or uint32be(0) == 0x504B0304
      or uint32be(0) == 0x52617221
      or (uint32be(0) == 0x377ABCAF and uint16be(4) == 0x271C)
    )
    and extension matches /^\.(gif|jpg|jpeg|png|bmp|ico|css|js|htm|html|aspx|ashx|asmx|asp|woff|ttf|eot|flt)$/
}

rule SUSP_Executable_Web_Extension {
  meta:
    description = "Windows program with the extension of an image, style sheet, text or page"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1036/008/"
    date = "2026-11-25"
    score = 65
    mitre = "T1036.008"
    id = "9d747658-5d84-4045-a0ef-87021e8c0b5f"
    license = "Apache-2.0"
  condition:
    filesize > 1KB
    and uint16(0) == 0x5A4D
    and uint32(0x3C) < 0x1000
    and uint32(uint32(0x3C)) == 0x00004550
    and extension matches /^\.(gif|jpg|jpeg|png|bmp|css|js|htm|html|aspx|ashx|asmx|asp|txt|log)$/
}

rule SUSP_Minidump_False_Extension {
  meta:
    description = "Process memory dump with the extension of an image, text, page or archive"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1036/008/"
    date = "2026-11-25"
    score = 65
    mitre = "T1036.008"
    id = "3147b7fa-9c8c-427d-8f07-fc968c5ddba1"
    license = "Apache-2.0"
  condition:
    filesize > 1KB
    and uint32be(0) == 0x4D444D50
    and uint16be(4) == 0x93A7
    and extension matches /^\.(gif|jpg|jpeg|png|bmp|css|js|htm|html|aspx|ashx|asp|txt|log|zip|cab|7z|rar|dat|bin|ico)$/
}

rule WEBSHELL_PST_Page_Extension {
  meta:
    description = "Mailbox export (PST) with the extension of a page"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-31207"
    id = "ec78c7eb-d5e8-48f3-86b6-2e5ebe88f99d"
    license = "Apache-2.0"
  condition:
    filesize > 512
    and uint32be(0) == 0x2142444E
    and extension matches /^\.(aspx|ashx|asmx|asp|asax|ascx|soap|svc|php|jsp|cer)$/
}

rule WEBSHELL_DER_Page_Extension {
  meta:
    description = "ASN.1 structure, such as a certificate request, with the extension of a page"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 85
    cve = "CVE-2021-31207"
    id = "774a2ac9-ce65-4786-96dc-84cbd5dc7f96"
    license = "Apache-2.0"
  condition:
    filesize > 128 and filesize < 64KB
    and uint16be(0) == 0x3082
    and uint16be(2) + 4 <= filesize
    and uint16be(2) + 64 > filesize
    and extension matches /^\.(aspx|ashx|asmx|asp|asax|ascx|soap|php|jsp)$/
}

rule SUSP_OAB_List_Page_Extension {
  meta:
    description = "Property list of an Exchange virtual directory with the extension of a page or script, where no server writes one"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-25"
    score = 85
    cve = "CVE-2021-27065"
    id = "a4b93185-e6e6-4a5c-b3bb-2bec9cf90c61"
    license = "Apache-2.0"
  strings:
    $label1 = /OfflineAddressBooks {1,40}:/ ascii wide
    $label2 = /MetabasePath {1,40}:/ ascii wide
    $label3 = /AdminDisplayVersion {1,40}:/ ascii wide
    $label4 = /ExternalUrl {1,40}:/ ascii wide
    $label5 = /ExtendedProtectionTokenChecking {0,40}:/ ascii wide
  condition:
    filesize < 48KB
    and 3 of ($label*)
    and extension matches /^\.(aspx|ashx|asmx|asp|asax|ascx|soap|svc|php|jsp|cfm|js|shtml)$/
}

rule CRED_MachineKey_Debug_File {
  meta:
    description = "The file debug_dev.js, where ToolShell's operators left SharePoint's machine keys"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 80
    cve = "CVE-2025-53770"
    id = "dd886972-194d-47da-85ff-9cad19219f6d"
    license = "Apache-2.0"
  strings:
    $key1 = "machineKey" nocase ascii wide
    $key2 = /(validation|decryption)key/ nocase ascii wide
  condition:
    filesize < 1MB
    and filename matches /^debug_dev\.js$/i
    and 1 of them
}
