// SPDX-License-Identifier: Apache-2.0
// ProxyShell, ProxyNotShell and OWASSRF in the logs of IIS and Exchange. The URL and the status are
// in the same line.

rule LOG_IIS_ProxyShell : log {
  meta:
    description = "IIS log: Exchange answered a request that autodiscover forwarded to a back end (ProxyShell, CVE-2021-34473)"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 92
    cve = "CVE-2021-34473"
    id = "214e3cd6-badc-4c2a-8f40-d2517627e464"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}\/autodiscover\/autodiscover\.json[ ?&][^\r\n ]{0,120}(@|%40)[^\r\n \/]{1,120}\/(mapi\/(nspi|emsmdb)|ews\/|autodiscover\/|powershell[^\r\n]{0,200}X-Rps-CAT=)[^\r\n]{0,2400} 200 0 / ascii wide nocase
  condition:
    $line
}

rule LOG_IIS_ProxyShell_Attempt : log {
  meta:
    description = "IIS log: a request through autodiscover for an Exchange back end (ProxyShell, ProxyNotShell), whatever the response"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 55
    cve = "CVE-2021-34473"
    id = "bb38ad2e-6611-416a-9fa1-77b80e8355ea"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}\/autodiscover\/autodiscover\.json[ ?&][^\r\n ]{0,120}(@|%40)[^\r\n \/]{1,120}\/(mapi\/|ews\/|owa\/|ecp\/|autodiscover\/|powershell)/ ascii wide nocase
  condition:
    $line
}

rule LOG_HttpProxy_ProxyShell : log {
  meta:
    description = "Exchange HttpProxy log: autodiscover forwarded a request to PowerShell or another back end (ProxyShell, ProxyNotShell)"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 88
    cve = "CVE-2021-34473, CVE-2022-41040"
    id = "c3b961d6-5c7e-4078-af8d-f1bce9d25ea9"
    license = "Apache-2.0"
  strings:
    $line = /,\/autodiscover\/autodiscover\.json,[^\r\n]{0,2000}(@|%40)[^\r\n,\/]{1,120}\/(powershell|mapi\/(nspi|emsmdb)|ews\/)[^\r\n]{0,1200},200,/ ascii wide nocase
    $mail = /,[^\r\n,]{0,300}autodiscover\/autodiscover\.json(\?|%3f)[^\r\n,]{0,20}(@|%40)[^\r\n,]{1,120}\/(powershell|mapi\/(nspi|emsmdb)|ews\/)[^\r\n]{0,2000},200,/ ascii wide nocase
  condition:
    $line or $mail
}

// The URL does not contain ProxyShell's access token here.
rule LOG_IIS_ProxyNotShell : log {
  meta:
    description = "IIS log: an authenticated request that autodiscover forwarded to PowerShell and that succeeded (ProxyNotShell, CVE-2022-41040)"
    author = "coldsweep"
    reference = "https://www.gteltsc.vn/blog/warning-new-attack-campaign-utilized-a-new-0day-rce-vulnerability-on-microsoft-exchange-server-12715.html"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2022-41040, CVE-2022-41082"
    id = "b6ed990a-02bb-4fd3-9e94-08f449318043"
    license = "Apache-2.0"
  strings:
    $line = /\/autodiscover\/autodiscover\.json[ ?&][^\r\n ]{0,120}(@|%40)[^\r\n \/]{1,120}\/powershell[^\r\n ]{0,800} [0-9]{2,5} [^\s\-][^\r\n]{0,1600} 200 0 / ascii wide nocase
    $token = /\/autodiscover\/autodiscover\.json[ ?&][^\r\n ]{0,600}X-Rps-CAT=/ ascii wide nocase
    $time = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}\/autodiscover\/autodiscover\.json/ ascii wide nocase
  condition:
    $time
    and for any i in (1..#line) : (not $token at @line[i])
}

rule LOG_IIS_OWASSRF : log {
  meta:
    description = "IIS or HttpProxy log: a request for PowerShell through a URL of Outlook on the web (OWASSRF, CVE-2022-41080)"
    author = "coldsweep"
    reference = "https://www.crowdstrike.com/en-us/blog/owassrf-exploit-analysis-and-recommendations/"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2022-41080, CVE-2022-41082"
    id = "eb2b699d-de13-454f-bb1a-c1428a1091c1"
    license = "Apache-2.0"
  strings:
    $iis = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}POST \/owa\/[^\s\/]{1,120}(@|%40)[^\s\/]{1,120}\/powershell[^\r\n]{0,2400} 200 0 / ascii wide nocase
    $proxy = /,\/owa\/[^\s,\/]{1,120}(@|%40)[^\s,\/]{1,120}\/powershell[^\r\n]{0,2400},200,/ ascii wide nocase
  condition:
    $iis or $proxy
}

rule LOG_PSRP_Client : log {
  meta:
    description = "IIS or HttpProxy log: Exchange's PowerShell was used from Python, as in exploits for ProxyShell and its successors"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 75
    cve = "CVE-2021-34523, CVE-2022-41082"
    id = "ed8c65e1-45b1-4d92-a8b4-ad56ba353d0a"
    license = "Apache-2.0"
  strings:
    $iis = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,1600}\/powershell[^\r\n]{0,1600} Python\+PSRP\+Client / ascii wide nocase
    $proxy = /,[^\r\n,]{0,400}\/powershell[^\r\n]{0,1600},"?Python PSRP Client"?,/ ascii wide nocase
  condition:
    $iis or $proxy
}

rule LOG_EVTX_Exchange_Export_To_Page : log {
  meta:
    description = "Exchange Management event log: a mailbox or a certificate request was exported to a page (ProxyShell)"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 94
    cve = "CVE-2021-31207"
    id = "f1f39518-31d2-49a9-be08-884f9ed17056"
    license = "Apache-2.0"
  strings:
    $cmdlet = /New-(MailboxExportRequest|ExchangeCertificate)/ ascii wide nocase
    $path = /-(FilePath|RequestFile)[\s:]{1,4}["'`]{0,3}\\\\[\w.\-]{1,64}\\[a-z]\$\\[^\r\n"']{1,240}\.(aspx|ashx|asmx|asp|jsp|php)/ ascii wide nocase
  condition:
    for any i in (1..#path) : ($cmdlet in (@path[i] - 8192..@path[i] + 8192))
}

rule LOG_EVTX_Exchange_Export_Role : log {
  meta:
    description = "Exchange Management event log: an account was given the role to export mailboxes, the step before ProxyShell's export"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 55
    cve = "CVE-2021-31207"
    id = "5f89e570-2dfa-4398-88af-73cbe05c7481"
    license = "Apache-2.0"
  strings:
    $cmdlet = "New-ManagementRoleAssignment" ascii wide nocase
    $role = /-Role[\s:]{1,4}["'`]{0,3}Mailbox Import Export["'`]/ ascii wide nocase
    $event = /(Cmdlet suc|MSExchange CmdletLogs|MSExchange Management|S:CMD=)/ ascii wide nocase
  condition:
    for any i in (1..#role) : (
      ($cmdlet in (@role[i] - 8192..@role[i] + 8192))
      and ($event in (@role[i] - 8192..@role[i] + 8192))
    )
}
