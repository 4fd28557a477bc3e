// SPDX-License-Identifier: Apache-2.0
// Traces of CVE-2021-26855, 26857, 26858 and 27065 in Exchange's logs. Rules with the tag `log`
// match one record: a line of a text log or an event. The checks are those of Microsoft's
// Test-ProxyLogon, including its exclusions. An exclusion is checked at the offset of the match, so
// that another line can't affect it. Exchange's logs are CSV and double their quotes.

rule LOG_HttpProxy_CVE_2021_26855 : log {
  meta:
    description = "Exchange HttpProxy log: a request forwarded to a server that the client named (CVE-2021-26855)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-26855"
    id = "f9d070e8-8d40-484c-8521-7ccf271c5f74"
    license = "Apache-2.0"
  strings:
    $sent = /,"?ServerInfo~[^,"\r\n\/]{1,255}\/[^,\r\n]/ ascii wide nocase
    $autodiscover = /,"?ServerInfo~[^,"\r\n]{1,400}\/autodiscover/ ascii wide nocase
    $local = /,"?ServerInfo~localhost[^,"\r\n]{0,255}\// ascii wide nocase
  condition:
    for any i in (1..#sent) : (
      not $autodiscover at @sent[i]
      and not $local at @sent[i]
    )
}

// Only autodiscover was requested: the attacker looked for mailboxes and may not have found any.
rule LOG_HttpProxy_CVE_2021_26855_Probe : log {
  meta:
    description = "Exchange HttpProxy log: an autodiscover request forwarded to a server that the client named, a probe for CVE-2021-26855"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 55
    cve = "CVE-2021-26855"
    id = "9033e9f4-bafa-49ce-99c6-2f40938b38c5"
    license = "Apache-2.0"
  strings:
    $sent = /,"?ServerInfo~[^,"\r\n\/]{1,160}[\]@:][^,"\r\n\/]{0,160}\/autodiscover/ ascii wide nocase
    $local = /,"?ServerInfo~localhost/ ascii wide nocase
  condition:
    for any i in (1..#sent) : (not $local at @sent[i])
}

rule LOG_HttpProxy_CVE_2021_27065 : log {
  meta:
    description = "Exchange HttpProxy log: a forged request reset a virtual directory and succeeded (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-27065"
    id = "dac9af21-0c82-42fb-8dcc-437ac902c3b8"
    license = "Apache-2.0"
  strings:
    $reset = /,"?ServerInfo~[^,"\r\n\/]{1,255}\/[^,"\r\n]{0,400}Reset[^,"\r\n]{0,80}VirtualDirectory#/ ascii wide nocase
    $success = ",200," ascii wide
  condition:
    for any i in (1..#reset) : ($success in (@reset[i]..@reset[i] + 4000))
}

// Only markup distinguishes an attack from an administrator who sets the URL.
rule LOG_ECP_CVE_2021_27065 : log {
  meta:
    description = "Exchange ECP log: a script was set as the URL of a virtual directory (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-27065"
    id = "28712520-6ee8-47fa-b021-a90d5e5f8236"
    license = "Apache-2.0"
  strings:
    $set = /S:CMD=Set-\w{2,40}VirtualDirectory\.[^\r\n<]{0,800}Url=[^\r\n<]{0,300}<\s{0,8}(script|%|object|iframe|\/?\w{1,12}\s{1,4}runat)/ ascii wide nocase
  condition:
    $set
}

rule LOG_ECP_Reset_To_Page : log {
  meta:
    description = "Exchange ECP log: a virtual directory was reset, and its old settings were written to a page (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-27065"
    id = "359a1aec-2c2d-4c7b-bb69-af27d12f4758"
    license = "Apache-2.0"
  strings:
    $reset = /(Reset|Remove)-\w{2,40}VirtualDirectory[^\r\n]{0,800}\\\\[\w.\-]{1,64}\\[a-z]\$\\[^\r\n'"]{1,240}\.(aspx|ashx|asmx|js|txt)/ ascii wide nocase
    $field = /FilePathName[^\r\n]{0,40}\\\\[\w.\-]{1,64}\\[a-z]\$\\[^\r\n'"]{1,240}\.(aspx|ashx|asmx)/ ascii wide nocase
    $log1 = "S:CMD=" ascii wide nocase
    $log2 = "VirtualDirectory" ascii wide nocase
  condition:
    $log1 and $log2
    and ($reset or $field)
}

// Attackers do this to clean up. Administrators do the same to repair Exchange.
rule LOG_ECP_OAB_Removed : log {
  meta:
    description = "Exchange ECP log: the OAB virtual directory was removed by force, as attackers did to clean up"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 45
    cve = "CVE-2021-27065"
    id = "86a8dfde-73cc-49ee-b7b4-60310529773e"
    license = "Apache-2.0"
  strings:
    $removed = /S:CMD=Remove-OABVirtualDirectory[^\r\n]{0,200}Force=\$?true/ ascii wide nocase
  condition:
    $removed
}

// The path in quotes is the target of a download. Exchange's own targets are below
// ClientAccess\OAB, wherever it is installed.
rule LOG_OABGenerator_CVE_2021_26858 : log {
  meta:
    description = "Exchange OABGenerator log: a download was written to a file outside the address book folder (CVE-2021-26858)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 85
    cve = "CVE-2021-26858"
    id = "0477149e-1274-4db4-84bb-6fa6fcb25f61"
    license = "Apache-2.0"
  strings:
    $any = /Download failed and temporary file '{1,2}([a-z]:\\|\\\\)[^'\r\n]{1,400}'{1,2} needs to be removed/ ascii wide nocase
    $own = /Download failed and temporary file '{1,2}([a-z]:\\|\\\\)[^'\r\n]{0,300}\\ClientAccess\\OAB(\\|')/ ascii wide nocase
    $up = /Download failed and temporary file '{1,2}([a-z]:\\|\\\\)[^'\r\n]{0,300}\\\.\.\\/ ascii wide nocase
  condition:
    for any i in (1..#any) : (
      not $own at @any[i]
      or $up at @any[i]
    )
}

// The name of the provider may be elsewhere in the chunk. The stack trace of the exception also
// names the service.
rule LOG_EVTX_CVE_2021_26857 : log {
  meta:
    description = "Application event log: a cast failed in Exchange's Unified Messaging, as when it deserializes an attacker's data (CVE-2021-26857)"
    author = "coldsweep"
    reference = "https://github.com/microsoft/CSS-Exchange/blob/main/docs/Security/Test-ProxyLogon.md"
    date = "2026-11-25"
    score = 78
    cve = "CVE-2021-26857"
    id = "f410eb97-b709-4545-a5f4-08a217f6b1c5"
    license = "Apache-2.0"
  strings:
    $cast = /System\.InvalidCastException: [^"\s]/ ascii wide nocase
    $provider = "MSExchange Unified Messaging" ascii wide nocase
    $trace = "Microsoft.Exchange.UM." ascii wide nocase
  condition:
    for any i in (1..#cast) : (
      ($provider in (@cast[i] - 16384..@cast[i] + 16384))
      or ($trace in (@cast[i] - 4096..@cast[i] + 16384))
    )
}

rule LOG_IIS_ECP_Reset_VirtualDirectory : log {
  meta:
    description = "IIS log: an Exchange virtual directory was successfully reset through ECP (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 85
    cve = "CVE-2021-27065"
    id = "fa5fba10-1fab-4217-b53c-938a6a29eac2"
    license = "Apache-2.0"
  strings:
    $reset = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}POST \/ecp\/DDI\/DDIService\.svc\/SetObject [^\r\n]{0,800}schema=Reset\w{2,40}VirtualDirectory[^\r\n]{0,1500} 200 0 / ascii wide nocase
  condition:
    $reset
}

rule LOG_EVTX_Exchange_Set_VirtualDirectory : log {
  meta:
    description = "Exchange Management event log: a script was set as the URL of a virtual directory (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-27065"
    id = "01e64d02-0bdb-475b-9c61-adbb21005aaa"
    license = "Apache-2.0"
  strings:
    $set = /Set-(Oab|Ecp|Owa|WebServices)VirtualDirectory/ ascii wide nocase
    $url = /-(External|Internal)Url[\s:]{1,4}["']{0,2}http[^\r\n<]{1,160}<\s{0,8}(script|%|object)[^\r\n]{1,200}(runat|eval|request)/ ascii wide nocase
  condition:
    for any i in (1..#url) : ($set in (@url[i] - 8192..@url[i] + 8192))
}
