// SPDX-License-Identifier: Apache-2.0
// ToolShell in IIS logs: a request for ToolPane.aspx with the sign-out page as referer, then one
// for the page that prints the keys.

rule LOG_IIS_ToolShell_ToolPane : log {
  meta:
    description = "IIS log: data was sent to SharePoint's ToolPane.aspx with the sign-out page as referer, and it answered (CVE-2025-53770)"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 92
    cve = "CVE-2025-49706, CVE-2025-53770, CVE-2025-53771"
    id = "3e96a3e3-53cf-49e2-a368-767b7161d07c"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}POST [^\s]{0,120}\/_layouts\/(1[56]\/)?ToolPane\.aspx [^\r\n]{0,1600}\/_layouts\/(1[56]\/)?SignOut\.aspx [^\r\n]{0,80}(200|302) 0 / ascii wide nocase
  condition:
    $line
}

rule LOG_IIS_ToolShell_Attempt : log {
  meta:
    description = "IIS log: a request for SharePoint's ToolPane.aspx with the sign-out page as referer, whatever the response (CVE-2025-53770)"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 58
    cve = "CVE-2025-49706, CVE-2025-53770, CVE-2025-53771"
    id = "647e7ad6-7a75-4748-bde7-8f74bdfa6f64"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}(POST|GET|PUT) [^\s]{0,120}\/_layouts\/(1[56]\/)?ToolPane\.aspx [^\r\n]{0,1600}\/_layouts\/(1[56]\/)?SignOut\.aspx/ ascii wide nocase
  condition:
    $line
}

rule LOG_IIS_ToolShell_Page : log {
  meta:
    description = "IIS log: a ToolShell page in SharePoint's LAYOUTS answered: spinstall0.aspx or similar"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2025-53770"
    id = "b0c03f36-6f49-437e-a939-a454834a79c0"
    license = "Apache-2.0"
  strings:
    $line = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? [^\r\n]{0,200}(POST|GET) [^\s]{0,120}\/_layouts\/(1[56]\/)?(spinstall\w{0,3}|ghostfile\d{0,6}|debug_dev)\.(aspx|js) [^\r\n]{0,1600} 200 0 / ascii wide nocase
  condition:
    $line
}
