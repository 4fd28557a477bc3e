// SPDX-License-Identifier: Apache-2.0
// ProxyShell's payload in mailboxes. A mailbox export writes every byte x as R(x), with the table
// NDB_CRYPT_PERMUTE of [MS-PST] 5.1. The attacker puts I(page) into a draft, where I is the inverse
// of R. The export, R(I(page)), is then the page itself, and webshell_mailbox_export.yar finds it.
// The rules here find I(page) in databases, transport queues and messages, also in base64, and
// R(page), a page in the ordinary content of a PST. `nocase` does not work on permuted letters, so
// the rules list spellings. A markup token must come shortly before a code token.

rule WEBSHELL_Permuted_ProxyShell_Payload {
  meta:
    description = "Web shell page encoded with the inverse of the PST permutation, so that a mailbox export turns it into plain text"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-34523"
    id = "df12c29e-dd21-40cc-a1f7-5fe3470911b9"
    license = "Apache-2.0"
  strings:
    $markup1 = { 95 D6 54 86 B7 69 14 } // <script
    $markup2 = { 95 67 79 BE C5 B9 D2 } // <SCRIPT
    $markup3 = { CD A9 06 DF F7 A9 DF DA FF } // language=
    $markup4 = { 20 A9 06 DF F7 A9 DF DA FF } // Language=
    $markup5 = { 20 00 3D 1A 46 00 1A 44 FF } // LANGUAGE=
    $markup6 = { 86 F7 06 A9 14 FF 96 D6 DA 86 A5 DA 86 96 } // runat="server"
    $markup7 = { 86 F7 06 A9 14 FF D6 DA 86 A5 DA 86 } // runat=server
    $markup8 = { 86 F7 06 A9 14 FF 82 D6 DA 86 A5 DA 86 82 } // runat='server'
    $markup9 = { BE 46 3D 00 D2 FF 96 67 44 BE 42 44 BE 96 } // RUNAT="SERVER"
    $markup10 = { 95 37 D1 39 B9 A9 DF DA } // <%@ Page
    $markup11 = { 95 37 D1 B9 A9 DF DA } // <%@Page
    $markup12 = { 95 37 D1 39 69 A9 DF DA } // <%@ page
    $code1 = { DA A5 A9 CD 8C BE DA 5C F7 DA D6 14 } // eval(Request
    $code2 = { DA A5 A9 CD 8C 86 DA 5C F7 DA D6 14 } // eval(request
    $code3 = { 96 F7 06 D6 A9 5D DA 96 } // "unsafe"
    $code4 = { B9 A9 DF DA 29 20 D3 A9 0D } // Page_Load
    $code5 = { BE DA 5C F7 DA D6 14 F3 C5 14 DA 8D 7E } // Request.Item[
    $code6 = { BE DA 5C F7 DA D6 14 F3 3B D3 86 8D 7E } // Request.Form[
    $code7 = { BE DA 5C F7 DA D6 14 7E 96 } // Request["
    $code8 = { BE DA 5C F7 DA D6 14 7E 82 } // Request['
    $code9 = { B9 86 D3 54 DA D6 D6 F3 67 14 A9 86 14 8C } // Process.Start(
    $code10 = { 3B 86 D3 8D 5E A9 D6 DA 01 91 67 14 86 B7 06 DF 8C } // FromBase64String(
    $code11 = { BE DA 5C F7 DA D6 14 F3 3B B7 CD DA D6 7E } // Request.Files[
  condition:
    any of ($markup*)
    and for any of ($code*) : (
      for any i in (1..#) : (
        $markup1 in (@[i] - 1200..@[i])
        or $markup2 in (@[i] - 1200..@[i])
        or $markup3 in (@[i] - 1200..@[i])
        or $markup4 in (@[i] - 1200..@[i])
        or $markup5 in (@[i] - 1200..@[i])
        or $markup6 in (@[i] - 1200..@[i])
        or $markup7 in (@[i] - 1200..@[i])
        or $markup8 in (@[i] - 1200..@[i])
        or $markup9 in (@[i] - 1200..@[i])
        or $markup10 in (@[i] - 1200..@[i])
        or $markup11 in (@[i] - 1200..@[i])
        or $markup12 in (@[i] - 1200..@[i])
      )
    )
}

rule WEBSHELL_Permuted_ProxyShell_Base64 {
  meta:
    description = "Web shell page encoded with the inverse of the PST permutation, in base64 as in a draft or a request"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 90
    cve = "CVE-2021-34523"
    id = "687b7c4f-54fe-45f4-b3fc-c859dcf346fe"
    license = "Apache-2.0"
  strings:
    $markup1 = "\x95\xD6\x54\x86\xB7\x69\x14" base64 // <script
    $markup2 = "\x95\x67\x79\xBE\xC5\xB9\xD2" base64 // <SCRIPT
    $markup3 = "\xCD\xA9\x06\xDF\xF7\xA9\xDF\xDA\xFF" base64 // language=
    $markup4 = "\x20\xA9\x06\xDF\xF7\xA9\xDF\xDA\xFF" base64 // Language=
    $markup5 = "\x20\x00\x3D\x1A\x46\x00\x1A\x44\xFF" base64 // LANGUAGE=
    $markup6 = "\x86\xF7\x06\xA9\x14\xFF\x96\xD6\xDA\x86\xA5\xDA\x86\x96" base64 // runat="server"
    $markup7 = "\x86\xF7\x06\xA9\x14\xFF\xD6\xDA\x86\xA5\xDA\x86" base64 // runat=server
    $markup8 = "\x86\xF7\x06\xA9\x14\xFF\x82\xD6\xDA\x86\xA5\xDA\x86\x82" base64 // runat='server'
    $markup9 = "\xBE\x46\x3D\x00\xD2\xFF\x96\x67\x44\xBE\x42\x44\xBE\x96" base64 // RUNAT="SERVER"
    $markup10 = "\x95\x37\xD1\x39\xB9\xA9\xDF\xDA" base64 // <%@ Page
    $markup11 = "\x95\x37\xD1\xB9\xA9\xDF\xDA" base64 // <%@Page
    $markup12 = "\x95\x37\xD1\x39\x69\xA9\xDF\xDA" base64 // <%@ page
    $code1 = "\xDA\xA5\xA9\xCD\x8C\xBE\xDA\x5C\xF7\xDA\xD6\x14" base64 // eval(Request
    $code2 = "\xDA\xA5\xA9\xCD\x8C\x86\xDA\x5C\xF7\xDA\xD6\x14" base64 // eval(request
    $code3 = "\x96\xF7\x06\xD6\xA9\x5D\xDA\x96" base64 // "unsafe"
    $code4 = "\xB9\xA9\xDF\xDA\x29\x20\xD3\xA9\x0D" base64 // Page_Load
    $code5 = "\xBE\xDA\x5C\xF7\xDA\xD6\x14\xF3\xC5\x14\xDA\x8D\x7E" base64 // Request.Item[
    $code6 = "\xBE\xDA\x5C\xF7\xDA\xD6\x14\xF3\x3B\xD3\x86\x8D\x7E" base64 // Request.Form[
    $code7 = "\xBE\xDA\x5C\xF7\xDA\xD6\x14\x7E\x96" base64 // Request["
    $code8 = "\xBE\xDA\x5C\xF7\xDA\xD6\x14\x7E\x82" base64 // Request['
    $code9 = "\xB9\x86\xD3\x54\xDA\xD6\xD6\xF3\x67\x14\xA9\x86\x14\x8C" base64 // Process.Start(
    $code10 = "\x3B\x86\xD3\x8D\x5E\xA9\xD6\xDA\x01\x91\x67\x14\x86\xB7\x06\xDF\x8C" base64 // FromBase64String(
    $code11 = "\xBE\xDA\x5C\xF7\xDA\xD6\x14\xF3\x3B\xB7\xCD\xDA\xD6\x7E" base64 // Request.Files[
  condition:
    any of ($markup*)
    and for any of ($code*) : (
      for any i in (1..#) : (
        $markup1 in (@[i] - 2400..@[i])
        or $markup2 in (@[i] - 2400..@[i])
        or $markup3 in (@[i] - 2400..@[i])
        or $markup4 in (@[i] - 2400..@[i])
        or $markup5 in (@[i] - 2400..@[i])
        or $markup6 in (@[i] - 2400..@[i])
        or $markup7 in (@[i] - 2400..@[i])
        or $markup8 in (@[i] - 2400..@[i])
        or $markup9 in (@[i] - 2400..@[i])
        or $markup10 in (@[i] - 2400..@[i])
        or $markup11 in (@[i] - 2400..@[i])
        or $markup12 in (@[i] - 2400..@[i])
      )
    )
}

// A mail that quotes a web shell looks the same: an examiner must read it.
rule SUSP_Permuted_Page_In_PST {
  meta:
    description = "Page with code in the ordinary content of a permuted PST: a mailed web shell, or a report about one"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 50
    cve = "CVE-2021-34523"
    id = "3c9ebd96-c8af-4a0e-a172-b3fe95fd0086"
    license = "Apache-2.0"
  strings:
    $markup1 = { 60 EB 98 06 70 7E 82 } // <script
    $markup2 = { 60 0F 51 B3 C9 8F 63 } // <SCRIPT
    $markup3 = { FD 4A 3A 53 78 4A 53 EA 4E } // language=
    $markup4 = { 85 4A 3A 53 78 4A 53 EA 4E } // Language=
    $markup5 = { 85 D3 09 00 AB D3 00 7C 4E } // LANGUAGE=
    $markup6 = { 06 78 3A 4A 82 4E 84 EB EA 06 57 EA 06 84 } // runat="server"
    $markup7 = { 06 78 3A 4A 82 4E EB EA 06 57 EA 06 } // runat=server
    $markup8 = { 06 78 3A 4A 82 4E B6 EB EA 06 57 EA 06 B6 } // runat='server'
    $markup9 = { B3 AB 09 D3 63 4E 84 0F 7C B3 89 7C B3 84 } // RUNAT="SERVER"
    $markup10 = { 60 AC AA 4C 8F 4A 53 EA } // <%@ Page
    $markup11 = { 60 AC AA 8F 4A 53 EA } // <%@Page
    $markup12 = { 60 AC AA 4C 7E 4A 53 EA } // <%@ page
    $code1 = { EA 57 4A FD 48 B3 EA CE 78 EA EB 82 } // eval(Request
    $code2 = { EA 57 4A FD 48 06 EA CE 78 EA EB 82 } // eval(request
    $code3 = { 84 78 3A EB 4A 77 EA 84 } // "unsafe"
    $code4 = { 8F 4A 53 EA BF 85 86 4A FA } // Page_Load
    $code5 = { B3 EA CE 78 EA EB 82 8B C9 82 EA 59 5A } // Request.Item[
    $code6 = { B3 EA CE 78 EA EB 82 8B 55 86 06 59 5A } // Request.Form[
    $code7 = { B3 EA CE 78 EA EB 82 5A 84 } // Request["
    $code8 = { B3 EA CE 78 EA EB 82 5A B6 } // Request['
    $code9 = { 8F 06 86 98 EA EB EB 8B 0F 82 4A 06 82 48 } // Process.Start(
    $code10 = { 55 06 86 59 56 4A EB EA DF C8 0F 82 06 70 3A 53 48 } // FromBase64String(
    $code11 = { B3 EA CE 78 EA EB 82 8B 55 70 FD EA EB 5A } // Request.Files[
  condition:
    any of ($markup*)
    and for any of ($code*) : (
      for any i in (1..#) : (
        $markup1 in (@[i] - 1200..@[i])
        or $markup2 in (@[i] - 1200..@[i])
        or $markup3 in (@[i] - 1200..@[i])
        or $markup4 in (@[i] - 1200..@[i])
        or $markup5 in (@[i] - 1200..@[i])
        or $markup6 in (@[i] - 1200..@[i])
        or $markup7 in (@[i] - 1200..@[i])
        or $markup8 in (@[i] - 1200..@[i])
        or $markup9 in (@[i] - 1200..@[i])
        or $markup10 in (@[i] - 1200..@[i])
        or $markup11 in (@[i] - 1200..@[i])
        or $markup12 in (@[i] - 1200..@[i])
      )
    )
}

rule SUSP_Permuted_Page_In_PST_Base64 {
  meta:
    description = "Page with code in the ordinary content of a permuted PST, in base64: a mailed web shell, or a report about one"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 50
    cve = "CVE-2021-34523"
    id = "8f6fa57b-b2fc-405c-9bf7-8db3722b5112"
    license = "Apache-2.0"
  strings:
    $markup1 = "\x60\xEB\x98\x06\x70\x7E\x82" base64 // <script
    $markup2 = "\x60\x0F\x51\xB3\xC9\x8F\x63" base64 // <SCRIPT
    $markup3 = "\xFD\x4A\x3A\x53\x78\x4A\x53\xEA\x4E" base64 // language=
    $markup4 = "\x85\x4A\x3A\x53\x78\x4A\x53\xEA\x4E" base64 // Language=
    $markup5 = "\x85\xD3\x09\x00\xAB\xD3\x00\x7C\x4E" base64 // LANGUAGE=
    $markup6 = "\x06\x78\x3A\x4A\x82\x4E\x84\xEB\xEA\x06\x57\xEA\x06\x84" base64 // runat="server"
    $markup7 = "\x06\x78\x3A\x4A\x82\x4E\xEB\xEA\x06\x57\xEA\x06" base64 // runat=server
    $markup8 = "\x06\x78\x3A\x4A\x82\x4E\xB6\xEB\xEA\x06\x57\xEA\x06\xB6" base64 // runat='server'
    $markup9 = "\xB3\xAB\x09\xD3\x63\x4E\x84\x0F\x7C\xB3\x89\x7C\xB3\x84" base64 // RUNAT="SERVER"
    $markup10 = "\x60\xAC\xAA\x4C\x8F\x4A\x53\xEA" base64 // <%@ Page
    $markup11 = "\x60\xAC\xAA\x8F\x4A\x53\xEA" base64 // <%@Page
    $markup12 = "\x60\xAC\xAA\x4C\x7E\x4A\x53\xEA" base64 // <%@ page
    $code1 = "\xEA\x57\x4A\xFD\x48\xB3\xEA\xCE\x78\xEA\xEB\x82" base64 // eval(Request
    $code2 = "\xEA\x57\x4A\xFD\x48\x06\xEA\xCE\x78\xEA\xEB\x82" base64 // eval(request
    $code3 = "\x84\x78\x3A\xEB\x4A\x77\xEA\x84" base64 // "unsafe"
    $code4 = "\x8F\x4A\x53\xEA\xBF\x85\x86\x4A\xFA" base64 // Page_Load
    $code5 = "\xB3\xEA\xCE\x78\xEA\xEB\x82\x8B\xC9\x82\xEA\x59\x5A" base64 // Request.Item[
    $code6 = "\xB3\xEA\xCE\x78\xEA\xEB\x82\x8B\x55\x86\x06\x59\x5A" base64 // Request.Form[
    $code7 = "\xB3\xEA\xCE\x78\xEA\xEB\x82\x5A\x84" base64 // Request["
    $code8 = "\xB3\xEA\xCE\x78\xEA\xEB\x82\x5A\xB6" base64 // Request['
    $code9 = "\x8F\x06\x86\x98\xEA\xEB\xEB\x8B\x0F\x82\x4A\x06\x82\x48" base64 // Process.Start(
    $code10 = "\x55\x06\x86\x59\x56\x4A\xEB\xEA\xDF\xC8\x0F\x82\x06\x70\x3A\x53\x48" base64 // FromBase64String(
    $code11 = "\xB3\xEA\xCE\x78\xEA\xEB\x82\x8B\x55\x70\xFD\xEA\xEB\x5A" base64 // Request.Files[
  condition:
    any of ($markup*)
    and for any of ($code*) : (
      for any i in (1..#) : (
        $markup1 in (@[i] - 2400..@[i])
        or $markup2 in (@[i] - 2400..@[i])
        or $markup3 in (@[i] - 2400..@[i])
        or $markup4 in (@[i] - 2400..@[i])
        or $markup5 in (@[i] - 2400..@[i])
        or $markup6 in (@[i] - 2400..@[i])
        or $markup7 in (@[i] - 2400..@[i])
        or $markup8 in (@[i] - 2400..@[i])
        or $markup9 in (@[i] - 2400..@[i])
        or $markup10 in (@[i] - 2400..@[i])
        or $markup11 in (@[i] - 2400..@[i])
        or $markup12 in (@[i] - 2400..@[i])
      )
    )
}
