// SPDX-License-Identifier: Apache-2.0
// Commands that operators ran through their web shells: China Chopper's wrapper, hiding a page,
// writing a page, the mailbox export.

// No size limit: page files and memory contain such commands. Both markers must be in one line.
rule HKTL_Script_ChinaChopper_Client {
  meta:
    description = "Command line of China Chopper's client: a directory, a command, and the markers [S] and [E]"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 88
    mitre = "S0020"
    id = "89dc296f-1301-4cc9-817a-e95b4f87d6fa"
    license = "Apache-2.0"
  strings:
    $command = /cd\s{1,4}\/d\s{1,4}\\?["'][^"'\r\n]{1,200}["']\s{0,4}(&|&amp;)[^\r\n]{1,400}(&|&amp;)\s{0,2}echo\s{1,4}\[S\]\s{0,2}(&|&amp;)\s{0,2}cd\s{0,2}(&|&amp;)\s{0,2}echo\s{1,4}\[E\]/ nocase ascii wide
    $marks = /(whoami|quser|ipconfig|tasklist|net\s{1,4}\w{2,12}|dir|hostname|systeminfo|query\s{1,4}user|netstat)[^\r\n]{0,160}(&|&amp;)\s{0,2}echo\s{1,4}\[S\]\s{0,2}(&|&amp;)\s{0,2}cd\s{0,2}(&|&amp;)\s{0,2}echo\s{1,4}\[E\]/ nocase ascii wide
  condition:
    $command or $marks
}

rule SUSP_Script_Hide_Page {
  meta:
    description = "Command that sets pages below a web folder to hidden, system or read-only"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/25/analyzing-attacks-taking-advantage-of-the-exchange-server-vulnerabilities/"
    date = "2026-11-25"
    score = 70
    mitre = "T1564.001"
    id = "c3972d4e-a5df-48c4-99f0-e0c3319ac9bf"
    license = "Apache-2.0"
  strings:
    $attrib = /attrib(\.exe)?["']?\s{1,4}(\+[hsr]\s{1,4}){2,3}["']?[^\r\n"']{0,200}(\.aspx|\.ashx|\.asmx|\.asp)[^\w]?/ nocase ascii wide
    $folder = /attrib(\.exe)?["']?\s{1,4}(\+[hsr]\s{1,4}){2,3}["']?[^\r\n"']{0,120}(\\inetpub\\wwwroot\\|\\frontend\\httpproxy\\|\\aspnet_client)/ nocase ascii wide
  condition:
    filesize < 1MB
    and ($attrib or $folder)
}

rule HKTL_Script_ProxyShell_Export {
  meta:
    description = "Exchange command that exports a mailbox or a certificate request to a page on a share of the same machine"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 92
    cve = "CVE-2021-31207"
    id = "33eccae7-e050-4ffc-ba7f-1452f1298166"
    license = "Apache-2.0"
  strings:
    $export = /new-mailboxexportrequest[^\r\n]{0,1200}-filepath[\s:]{1,4}["'`]{0,3}\\\\[\w.\-]{1,64}\\[a-z]\$\\[^\r\n"']{1,240}\.(aspx|ashx|asmx|asp|jsp|php)/ nocase ascii wide
    $certificate = /new-exchangecertificate[^\r\n]{0,1200}-requestfile[\s:]{1,4}["'`]{0,3}\\\\[\w.\-]{1,64}\\[a-z]\$\\[^\r\n"']{1,240}\.(aspx|ashx|asmx|asp|jsp|php)/ nocase ascii wide
  condition:
    filesize < 64MB
    and ($export or $certificate)
}

rule HKTL_Script_VirtualDirectory_Shell {
  meta:
    description = "Exchange command that puts a script into the URL of a virtual directory, or writes the old settings of one to a page during a reset (CVE-2021-27065)"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-27065"
    id = "c4970823-a801-4a7f-91a1-7889bab0e37e"
    license = "Apache-2.0"
  strings:
    $script = /set-(oab|ecp|owa|webservices|activesync|mapi|autodiscover|powershell)virtualdirectory[^\r\n]{0,400}(external|internal)url[^\r\n<]{0,160}<\s{0,8}(script|%|object)[^\w]/ nocase ascii wide
    $reset = /reset-?(oab|ecp|owa|webservices)virtualdirectory[^\r\n]{0,400}filepathname[^\r\n]{0,40}\\\\127\.0\.0\.1\\[a-z]\$\\[^\r\n"']{1,200}\.(aspx|ashx|asmx)/ nocase ascii wide
    $literal = /\w{1,16}url["'\s:=]{1,8}["']{0,2}http:\/\/[^\/\r\n<]{1,32}\/[^\r\n<]{0,40}<script[^>]{1,120}runat/ nocase ascii wide
  condition:
    filesize < 1MB
    and (($script and $literal) or $reset)
}

rule SUSP_Script_Page_Write {
  meta:
    description = "Command that writes code into a page below a web folder with echo, certutil or PowerShell"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/25/analyzing-attacks-taking-advantage-of-the-exchange-server-vulnerabilities/"
    date = "2026-11-25"
    score = 72
    mitre = "T1505.003"
    id = "39cc806c-0a4a-4e22-860d-8f80f2cdcb48"
    license = "Apache-2.0"
  strings:
    $echo = /echo[ .:(]{1,4}["']?(\^<%|\^<script|<%@|<script)/ nocase ascii wide
    $target = />>?[ ]{0,4}["']?([a-z]:|%\w|\\)[^\r\n"'<>|]{1,200}\.(aspx|ashx|asmx|asp|php|jsp)/ nocase ascii wide
    $certutil = /certutil(\.exe)?["']?\s[^\r\n]{0,80}-decode\s[^\r\n]{1,200}(\\inetpub\\wwwroot\\|\\httpproxy\\|\\aspnet_client\\)[^\r\n]{1,120}\.(aspx|ashx|asmx|asp|php|jsp)/ nocase ascii wide
    $fetched = /(invoke-webrequest|iwr|wget|curl|downloadfile|certutil|bitsadmin)[^\r\n]{1,300}(\\inetpub\\wwwroot\\|\\frontend\\httpproxy\\|\\aspnet_client\\)[^\r\n"']{1,120}\.(aspx|ashx|asmx|asp|php|jsp)/ nocase ascii wide
  condition:
    filesize < 1MB
    and (
      $certutil
      or $fetched
      or for any i in (1..#echo) : ($target in (@echo[i]..@echo[i] + 3000))
    )
}

// A failed attempt on a patched server leaves a crash report of the worker process.
rule SUSP_WER_Exchange_ECP_Crash {
  meta:
    description = "Crash report of IIS's worker process for Exchange's ECP: possibly a failed attempt at CVE-2021-27065"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 40
    cve = "CVE-2021-27065"
    id = "3e4cb2dc-f764-4d42-a6b3-cc180378e47d"
    license = "Apache-2.0"
  strings:
    $path = /AppPath=[^\r\n]{0,60}\\inetsrv\\w3wp\.exe/ nocase ascii wide
    $pool = "w3wp#MSExchangeECPAppPool" nocase ascii wide
  condition:
    filesize < 256KB
    and all of them
}
