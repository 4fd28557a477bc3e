// SPDX-License-Identifier: Apache-2.0
// CVE-2021-27065 writes the property list of Exchange's OAB virtual directory to a path that the
// attacker chooses, including the ExternalUrl that the attacker set. An ordinary list is never
// under a web root, but the rules in this file judge only content: a list is a carrier if its
// ExternalUrl contains a script, and suspicious if no server would have such a URL. The first
// public rule matches any script; those after it identify the body. The host part of the URL can be
// anything.

// Three labels are enough: the rest of a deleted file may be overwritten. UTF-16 doubles the usual
// 2 to 8 KB.
private rule OAB_VirtualDirectory_List {
  meta:
    description = "A property list of an Exchange OAB virtual directory"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    id = "17089765-1f98-5e78-b0f9-288bd44639db"
    license = "Apache-2.0"
  strings:
    $label1 = "OfflineAddressBooks" ascii wide
    $label2 = "PollInterval" ascii wide
    $label3 = "MetabasePath" ascii wide
    $label4 = "ExtendedProtectionTokenChecking" ascii wide
    $label5 = "InternalAuthenticationMethods" ascii wide
    $label6 = "ExternalAuthenticationMethods" ascii wide
    $label7 = "AdminDisplayVersion" ascii wide
    $label8 = "msExchOABVirtualDirectory" ascii wide
    $label9 = "OAB (Default Web Site)" ascii wide
    $external = /ExternalUrl[ \t]{0,64}:/ ascii wide
  condition:
    filesize < 24KB
    and $external
    and 3 of ($label*)
}

rule WEBSHELL_ASPX_OAB_Carrier {
  meta:
    description = "Exchange OAB virtual directory list whose ExternalUrl contains a script (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 95
    id = "34ba9bdf-f7e2-50b7-9c31-b5d6fbd4b461"
    license = "Apache-2.0"
  strings:
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%|object)/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and $script
}

rule WEBSHELL_ASPX_OAB_Carrier_Eval {
  meta:
    description = "OAB carrier whose script evaluates a request parameter"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 98
    id = "f131bf4d-31c8-5f19-8031-ea3f7ad7a42b"
    license = "Apache-2.0"
  strings:
    $body = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<(\s|\/\*[^*]*\*\/)*(script|%)[^\r\n]{0,600}eval(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,20}(\s|\/\*[^*]*\*\/)*)?[\[(]/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and $body
}

rule WEBSHELL_ASPX_OAB_Carrier_Base64 {
  meta:
    description = "OAB carrier whose script evaluates a base64 request parameter"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 98
    id = "38b4906c-8fb1-5399-bc4f-6069bd4d0f2c"
    license = "Apache-2.0"
  strings:
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%)/ nocase ascii wide
    $body = /eval(\s|\/\*[^*]*\*\/)*\([^\r\n]{0,300}frombase64string(\s|\/\*[^*]*\*\/)*\([^\r\n]{0,120}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and all of them
}

rule WEBSHELL_ASPX_OAB_Carrier_StreamWriter {
  meta:
    description = "OAB carrier whose script writes a request parameter to a file"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 98
    id = "0646aecf-bf2a-5166-a005-59a1eabf24ea"
    license = "Apache-2.0"
  strings:
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%)/ nocase ascii wide
    $writer1 = /streamwriter(\s|\/\*[^*]*\*\/)*\([^\r\n]{0,200}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
    $writer2 = /file(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*write(alltext|allbytes|alllines)(\s|\/\*[^*]*\*\/)*\([^\r\n]{0,200}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and $script
    and 1 of ($writer*)
}

rule WEBSHELL_ASPX_OAB_Carrier_Uploader {
  meta:
    description = "OAB carrier whose script saves an uploaded file"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 98
    id = "58533100-5e4c-5878-82d4-8354a855c169"
    license = "Apache-2.0"
  strings:
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%)/ nocase ascii wide
    $files = /request(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*files(\s|\/\*[^*]*\*\/)*[\[(.]/ nocase ascii wide
    $save = /\.(\s|\/\*[^*]*\*\/)*saveas(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and all of them
}

rule WEBSHELL_ASPX_OAB_Carrier_Obfuscated {
  meta:
    description = "OAB carrier whose script hides its keywords in a renamed list or in character codes"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 98
    id = "4705711d-8be7-5afc-ad26-9edcb33d4a7f"
    license = "Apache-2.0"
  strings:
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%)/ nocase ascii wide
    $renamed = /var\s{1,8}_0x[0-9a-f]{2,8}\s*=/ nocase ascii wide
    $codes = /string(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*fromcharcode(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*(0x)?[0-9a-f]{2,4}(\s|\/\*[^*]*\*\/)*,/ nocase ascii wide
    $unicode = /(\\u00[2-7][0-9a-f]){4}/ nocase ascii wide
    $hexadecimal = /(\\x[2-7][0-9a-f]){4}/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and $script
    and ($renamed or $codes or $unicode or $hexadecimal)
}

// The name of a server that can be reached from outside contains a dot, and the path of an address
// book is /OAB.
rule SUSP_ASPX_OAB_Carrier_KeyOnly {
  meta:
    description = "Exchange OAB virtual directory list without a script, with an ExternalUrl that no server would have: a key, or the saved page of a carrier"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-24"
    score = 70
    id = "29d0916f-d5a7-55ef-9b55-8da573fa70f5"
    license = "Apache-2.0"
  strings:
    $odd_host = /ExternalUrl[ \t]{0,64}:[ \t]{0,16}https?:\/\/[^.:\/\s<>]{1,15}\/[^\r\n]{0,300}/ nocase ascii wide
    $ordinary = /ExternalUrl[ \t]{0,64}:[ \t]{0,16}https?:\/\/[^\/\s<>]{1,255}\/oab\/?[ \t]*[\r\n]/ nocase ascii wide
    $script = /ExternalUrl[ \t]{0,64}:[^<\r\n]{0,300}<\s*(script|%|object)/ nocase ascii wide
  condition:
    OAB_VirtualDirectory_List
    and $odd_host
    and not $ordinary
    and not $script
}
