// SPDX-License-Identifier: Apache-2.0
// SPORTSBALL, known as HYPERSHELL from an earlier leak: its cookie and its constant.

rule WEBSHELL_ASPX_SPORTSBALL {
  meta:
    description = "SPORTSBALL: file manager and command shell in C# behind a cookie"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.003"
    id = "f44c4537-8e91-4eb1-a114-4e8ac1661680"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}page\s[^%\\]{1,400}%>/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $cookie = /[^\w\\](httpcookie|cookies(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*add|cookies(\s|\/\*[^*]*\*\/)*\[|get)(\s|\/\*[^*]*\*\/)*\(?(\s|\/\*[^*]*\*\/)*(new\s{1,8}httpcookie(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*)?"fqrspt"/ nocase ascii wide
    $constant = "\"ZN2aDAB4rXsszEvCLrzg" ascii wide
    $plain = /"fqrspt"(\s|\/\*[^*]*\*\/)*[,)\]]/ ascii wide
  condition:
    filesize < 64KB
    and 1 of ($page*)
    and ($constant or $cookie or $plain)
}
