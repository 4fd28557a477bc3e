// SPDX-License-Identifier: Apache-2.0
// Other Exchange virtual directories (ECP, OWA, EWS and so on) can be reset to a file in the same
// way. Their lists resemble that of OAB. The rules of webshell_oab_carrier.yar may match them too,
// since they require few labels. This rule names the directory.

rule WEBSHELL_ASPX_VirtualDirectory_Carrier {
  meta:
    description = "Property list of an Exchange virtual directory (ECP, OWA, EWS or another) with a script in one of its URLs (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-27065"
    id = "04ae583c-f54e-4601-acf3-42a32265a325"
    license = "Apache-2.0"
  strings:
    $name = /(ecp|owa|ews|mapi|powershell|autodiscover|rpc|microsoft-server-activesync)[^\r\n(]{0,40}\((default web site|exchange back end)\)/ nocase ascii wide
    $class = /msExch(ECP|OWA|WebServices|Mapi|PowerShell|AutoDiscover|Mobile|Rpc\w{1,12})VirtualDirectory/ nocase ascii wide
    $label1 = "MetabasePath" ascii wide
    $label2 = "AdminDisplayVersion" ascii wide
    $label3 = "ExtendedProtectionTokenChecking" ascii wide
    $label4 = "InternalAuthenticationMethods" ascii wide
    $label5 = "ExternalAuthenticationMethods" ascii wide
    $label6 = "AdminEnabled" ascii wide
    $label7 = "OwaOptionsEnabled" ascii wide
    $label8 = "LiveIdAuthentication" ascii wide
    $script = /(External|Internal)Url[ \t]{0,64}:[^<\r\n]{0,300}<\s{0,16}(script|%|object)/ nocase ascii wide
  condition:
    filesize < 48KB
    and 1 of ($name, $class)
    and 2 of ($label*)
    and $script
}
