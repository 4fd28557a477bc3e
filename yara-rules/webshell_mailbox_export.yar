// SPDX-License-Identifier: Apache-2.0
// ProxyShell writes a page as a mailbox export or a certificate request, saved with the extension
// of a page. Both contain the page in plain text.

// The byte at offset 513 (Unicode PST) or 461 (ANSI PST) gives the encoding of the content. 1 is
// the permutation: ordinary content is then never plain text.
rule WEBSHELL_PST_MailboxExport {
  meta:
    description = "Permuted mailbox export (PST) that contains a page with code in plain text: ProxyShell's carrier"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-31207"
    id = "48a5ba35-e599-475f-a808-5e5d4039df4d"
    license = "Apache-2.0"
  strings:
    $markup1 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $markup2 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $markup3 = /<%[ \t\r\n=]{0,8}(eval|execute|response|request)[^\w]/ nocase ascii wide
    $code1 = /request\s{0,16}(\.\s{0,16}\w{1,16}\s{0,16})?[\[(]\s{0,16}["']/ nocase ascii wide
    $code2 = "Page_Load" nocase ascii wide
    $code3 = /process\s{0,16}\.\s{0,16}start\s{0,16}\(/ nocase ascii wide
    $code4 = /eval\s{0,16}\(/ nocase ascii wide
  condition:
    filesize < 8MB
    and uint32be(0) == 0x2142444E
    and (
      (uint16(10) >= 23 and uint8(513) == 1)
      or (uint16(10) < 23 and uint8(461) == 1)
    )
    and 1 of ($markup*)
    and 1 of ($code*)
}

// Without the permutation, a PST may contain mail that quotes a page.
rule SUSP_PST_Page_Text {
  meta:
    description = "Small PST without permutation that contains a page with code: a ProxyShell carrier with a modified header, or mail about a web shell"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 55
    cve = "CVE-2021-31207"
    id = "59ce6f89-c95b-4855-bdb8-9563a92e4dbb"
    license = "Apache-2.0"
  strings:
    $markup1 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $markup2 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $code1 = /request\s{0,16}(\.\s{0,16}\w{1,16}\s{0,16})?[\[(]\s{0,16}["']/ nocase ascii wide
    $code2 = "Page_Load" nocase ascii wide
    $code3 = /eval\s{0,16}\(\s{0,16}request/ nocase ascii wide
  condition:
    filesize < 8MB
    and uint32be(0) == 0x2142444E
    and uint8(513) != 1
    and uint8(461) != 1
    and 1 of ($markup*)
    and 1 of ($code*)
}

rule WEBSHELL_DER_CertificateRequest {
  meta:
    description = "Certificate request in DER that contains a page with code, as written by New-ExchangeCertificate for ProxyShell"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 95
    cve = "CVE-2021-31207"
    id = "1f541253-640d-4e9d-95a5-3a4fc3e8944d"
    license = "Apache-2.0"
  strings:
    $markup1 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii
    $markup2 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii
    $markup3 = /<%[ \t\r\n=]{0,8}(eval|execute|response|request)[^\w]/ nocase ascii
    $code1 = /request\s{0,16}(\.\s{0,16}\w{1,16}\s{0,16})?[\[(]/ nocase ascii
    $code2 = "Page_Load" nocase ascii
    $code3 = /process\s{0,16}\.\s{0,16}start/ nocase ascii
    $code4 = /eval\s{0,16}\(/ nocase ascii
  condition:
    filesize < 24KB
    and uint16be(0) == 0x3082
    and uint16be(2) <= filesize
    and 1 of ($markup*)
    and 1 of ($code*)
}
