// SPDX-License-Identifier: Apache-2.0
// Use of a web shell in IIS logs: data sent to static files, pages where none belong, and clients
// that identify themselves. A URL that was only probed returns 302 or 404, so the rules check the
// status.

rule LOG_IIS_POST_Static_File : log {
  meta:
    description = "IIS log: data was sent to a style sheet, script, image or font of Exchange, as in exploits for CVE-2021-26855"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 78
    cve = "CVE-2021-26855"
    id = "3ee4ac0b-f5f4-4860-ba5a-5602337ef642"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}POST \/(owa|ecp)\/[^\s?]{1,160}\.(js|css|gif|png|jpg|ico|eot|ttf|woff|flt|svg) [^\r\n]{0,1600} (200|241|500) [0-9]{1,3} [0-9]{1,10}/ ascii wide nocase
  condition:
    $line
}

rule LOG_HttpProxy_POST_Static_File : log {
  meta:
    description = "Exchange HttpProxy log: data was sent to a script or style sheet below ECP or OWA, and forwarded (CVE-2021-26855)"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 80
    cve = "CVE-2021-26855"
    id = "2349b18c-3983-4a61-b888-e20f244675dc"
    license = "Apache-2.0"
  strings:
    $line = /,\/(owa|ecp)\/[^\s,?]{1,160}\.(js|css|gif|png|jpg|ico|eot|ttf|woff|flt|svg),[^\r\n]{0,1600}(X-BEResource|ServerInfo~)/ ascii wide nocase
    $post = /,\/(owa|ecp)\/[^\s,?]{1,160}\.(js|css|gif|png|jpg|ico|eot|ttf|woff|flt|svg),[^\r\n]{0,1600},POST,/ ascii wide nocase
  condition:
    $line or $post
}

rule LOG_IIS_Page_In_Static_Folder : log {
  meta:
    description = "IIS log: a page answered in a folder where Exchange and IIS have no pages: aspnet_client, OAB, or a folder of style sheets"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 78
    mitre = "T1505.003"
    id = "2e7c7488-b226-4cd4-8084-61b00ac8bcb9"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}(POST|GET) \/(aspnet_client\/[^\s?]{0,160}|oab\/[^\s?]{0,80}|owa\/auth\/([\d.]{4,20}|current)\/(themes|scripts)\/[^\s?]{0,160})\.(aspx|ashx|asmx|asp|soap) [^\r\n]{0,1600} 200 0 0/ ascii wide nocase
  condition:
    $line
}

rule LOG_IIS_Shell_Name : log {
  meta:
    description = "IIS log: a page answered that has the name of a web shell from the Exchange attacks"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 75
    mitre = "T1505.003"
    id = "f66081d7-75d4-456a-ad43-4cbb9e6d835c"
    license = "Apache-2.0"
  strings:
    $auth = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}(POST|GET) \/(owa|ecp)\/auth\/(web|help|document|errorEEE?|errorEW|errorFF|errorFS|healthcheck|aspnet_www|aspnet_client|xx|shell|aspnet_iisstart|one|discover|supp0rt|HttpProxy|Outlook(EN|ZH|US|RU|JP)|errorcheck|load|shellex|iispage|session|MultiUp|RedirSuiteServerProxy|getpp|err0r|fexppw|win|logout|OutlookAR|Chack\w{2,24})\.(aspx|ashx) [^\r\n]{0,1600} 200 0 0/ ascii wide nocase
  condition:
    $auth
}

rule LOG_WebShell_Client : log {
  meta:
    description = "IIS or HttpProxy log: a client that identifies itself as AntSword, or the command markers of China Chopper in a request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 88
    mitre = "S0020"
    id = "321ce972-5e2a-4d6a-b987-96a115fbe3de"
    license = "Apache-2.0"
  strings:
    $antsword = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[ Z,][^\r\n]{0,1600}[ ,"]antSword\/v?[0-9.]{1,8}[ ,"\r\n]/ ascii wide nocase
    $marks = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[ Z,][^\r\n]{0,1600}(&|%26)(\+|%20| )?echo(\+|%20| )(\[|%5B)S(\]|%5D)(\+|%20| )?(&|%26)[^\r\n]{0,40}echo(\+|%20| )(\[|%5B)E(\]|%5D)/ ascii wide nocase
  condition:
    $antsword or $marks
}

rule LOG_EVTX_ChinaChopper_Command : log {
  meta:
    description = "Process creation event: a command between the markers of China Chopper's client"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 90
    mitre = "S0020"
    id = "280f86fb-f60d-41f3-8104-5c9451094063"
    license = "Apache-2.0"
  strings:
    $marks = /(&|&amp;)\s{0,2}echo\s{1,2}\[S\]\s{0,2}(&|&amp;)\s{0,2}cd\s{0,2}(&|&amp;)\s{0,2}echo\s{1,2}\[E\]/ ascii wide nocase
    $before = /cmd(\.exe)?["']?\s{1,4}\/c[^\r\n]{1,400}(&|&amp;)\s{0,2}echo\s{1,2}\[S\]/ ascii wide nocase
    $command = /cd\s{1,4}\/d\s{1,4}\\?["'][^"'\r\n]{1,200}["']\s{0,4}(&|&amp;)/ ascii wide nocase
  condition:
    $marks
    and ($before or $command)
}
