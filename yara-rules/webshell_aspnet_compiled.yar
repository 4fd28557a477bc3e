// SPDX-License-Identifier: Apache-2.0
// On the first request for a page, ASP.NET writes a small XML file and a library below "Temporary
// ASP.NET Files". They outlive the page. The library contains the page's markup in UTF-16 and
// member names in ASCII.

rule SUSP_ASPNET_Compiled_Path {
  meta:
    description = "Record of a compiled page at an Exchange or IIS URL where no page belongs: aspnet_client, OAB, or a page that Exchange does not ship"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 80
    mitre = "T1505.003"
    id = "9fde3f7c-847b-4325-ba84-71007942d74c"
    license = "Apache-2.0"
  strings:
    $preserve = /<preserve\s{1,16}resulttype\s{0,16}=/ nocase ascii wide
    $client = /virtualpath\s{0,16}=\s{0,16}["'][^"']{0,60}\/aspnet_client\/[^"']{1,160}\.(aspx|ashx|asmx|asp|soap|svc)["']/ nocase ascii wide
    $oab = /virtualpath\s{0,16}=\s{0,16}["']\/(oab|ews)\/[^"']{1,160}\.(aspx|ashx|soap)["']/ nocase ascii wide
    $auth = /virtualpath\s{0,16}=\s{0,16}["']\/(owa|ecp)\/auth\/[^"']{1,160}\.(aspx|ashx|asmx|soap)["']/ nocase ascii wide
    $shipped = /virtualpath\s{0,16}=\s{0,16}["']\/(owa\/auth\/([\d.]{4,20}\/)?(logon|logoff|error|error2|errorfe|expiredpassword|signout|redirsuiteserviceproxy|outlookcn|frowny|svmfeedback)|ecp\/auth\/timeoutlogout)\.aspx["']/ nocase ascii wide
  condition:
    filesize < 16KB
    and $preserve
    and ($client or $oab or ($auth and not $shipped))
}

// A handler in web.config turns any file into a page.
rule SUSP_ASPNET_Compiled_NonPage {
  meta:
    description = "Record of a compiled page whose source file does not have the extension of a page: text, image, script or data"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 82
    mitre = "T1505.004"
    id = "7f823a1e-bf95-453e-bc5b-148b162453e9"
    license = "Apache-2.0"
  strings:
    $preserve = /<preserve\s{1,16}resulttype\s{0,16}=/ nocase ascii wide
    $path = /virtualpath\s{0,16}=\s{0,16}["'][^"']{1,200}\.(txt|log|gif|jpg|jpeg|png|bmp|ico|css|js|json|xml|dat|bak|tmp|woff|ttf|eot|svg|flt|csv|pdf)["']/ nocase ascii wide
    $class = /type\s{0,16}=\s{0,16}["']ASP\./ nocase ascii wide
  condition:
    filesize < 16KB
    and all of them
}

rule WEBSHELL_ASPNET_Compiled_OAB_Carrier {
  meta:
    description = "Compiled page with the property list of an Exchange virtual directory: the compiled form of a carrier (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/25/analyzing-attacks-taking-advantage-of-the-exchange-server-vulnerabilities/"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-27065"
    id = "dd09f24c-ddab-4f35-a015-3f2f11e05a78"
    license = "Apache-2.0"
  strings:
    $url = /ExternalUrl {4,40}: / wide
    $label1 = "OfflineAddressBooks" wide
    $label2 = "MetabasePath" wide
    $label3 = "AdminDisplayVersion" wide
    $label4 = "PollInterval" wide
    $label5 = "InternalAuthenticationMethods" wide
    $label6 = "(Default Web Site)" wide
  condition:
    filesize < 256KB
    and uint16(0) == 0x5A4D
    and $url
    and 2 of ($label*)
}

rule WEBSHELL_ASPNET_Compiled_JScript_Eval {
  meta:
    description = "Compiled page that evaluates a request value as JScript without its sandbox"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.003"
    id = "b5b897bd-975d-4282-a639-b240e817f913"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $eval = "JScriptEvaluate" ascii
    $unsafe = "unsafe" wide
    $request = /\x00get_(Request|Item|Form|QueryString|Params)\x00/ ascii
  condition:
    filesize < 128KB
    and uint16(0) == 0x5A4D
    and all of them
}

rule SUSP_ASPNET_Compiled_Shell_Path {
  meta:
    description = "Compiled page at a URL below aspnet_client or OAB, where no page belongs, that reads the request"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 82
    mitre = "T1505.003"
    id = "cbde4410-046c-4db4-a5eb-be521240e7dc"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $path = /~?\/(aspnet_client|oab)\/[\w.\-\/]{1,120}\.(aspx|ashx|asmx)/ nocase wide
    $class = /\x00(aspnet_client|oab)_[a-z0-9_]{1,120}_(aspx|ashx|asmx)\x00/ nocase ascii
    $request = /\x00get_(Request|Item|Form|QueryString|Params|Files|Headers)\x00/ ascii
  condition:
    filesize < 128KB
    and uint16(0) == 0x5A4D
    and $name
    and ($path or $class)
    and $request
}

rule WEBSHELL_ASPNET_Compiled_Loader {
  meta:
    description = "Small compiled page that decrypts data it receives and loads it as code: Godzilla, Behinder or similar"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 88
    mitre = "T1505.003"
    id = "502d7c0a-5682-4d00-936e-06885d4c5741"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $request = /\x00(get_Request|BinaryRead|get_InputStream)\x00/ ascii
    $decrypt = /\x00CreateDecryptor\x00/ ascii
    $load1 = "\x00CreateInstance\x00" ascii
    $load2 = "\x00Load\x00" ascii
    $load3 = "Assembly" ascii
  condition:
    filesize < 48KB
    and uint16(0) == 0x5A4D
    and all of them
}

rule WEBSHELL_ASPNET_Compiled_Command {
  meta:
    description = "Small compiled page that starts a command interpreter and reads the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 78
    mitre = "T1505.003"
    id = "727c8be8-930a-44cb-8386-87061d362766"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $request = /\x00get_(Request|Form|QueryString|Params)\x00/ ascii
    $start = "\x00ProcessStartInfo\x00" ascii
    $shell = /cmd(\.exe)?\x00/ nocase wide
    $slash = /\/c ?/ wide
    $output = "\x00get_StandardOutput\x00" ascii
  condition:
    filesize < 64KB
    and uint16(0) == 0x5A4D
    and $name and $request and $start and $output
    and ($shell or $slash)
}

rule WEBSHELL_ASPNET_Compiled_Uploader {
  meta:
    description = "Small compiled page at an Exchange URL that saves uploaded files"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 75
    mitre = "T1505.003"
    id = "52004eae-485a-49ea-b76f-a1824fba43bc"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $path = /~?\/(owa\/auth|ecp\/auth|auth|aspnet_client|oab)\/[\w.\-\/]{1,120}\.(aspx|ashx|asmx)/ nocase wide
    $files = "\x00get_Files\x00" ascii
    $save = "\x00SaveAs\x00" ascii
  condition:
    filesize < 64KB
    and uint16(0) == 0x5A4D
    and all of them
}
