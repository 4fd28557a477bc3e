// SPDX-License-Identifier: Apache-2.0
// SecChecker checks which security product runs on a server before another web shell is installed.

rule WEBSHELL_ASPX_SecChecker {
  meta:
    description = "SecChecker: a small page that reports which security product is installed"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 88
    mitre = "T1518.001"
    id = "e69e92b8-1e29-4be0-8d7f-61b8e2081870"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}page/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $product1 = /file(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*exists(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?"[^"\r\n]{0,80}fireeye[^"\r\n]{0,20}xagt\.exe"/ nocase ascii wide
    $product2 = /file(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*exists(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?"[^"\r\n]{0,80}csfalconservice\.exe"/ nocase ascii wide
    $product3 = /file(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*exists(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?"[^"\r\n]{0,80}(sentinelagent|cylancesvc|cb\\{1,2}repcli|carbonblack[^"\r\n]{0,20}cb|repmgr|mssense|cortex|cyserver|sophos\w{1,20})\.exe"/ nocase ascii wide
    $answer = /response(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*write(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
  condition:
    filesize < 8KB
    and 1 of ($page*)
    and $answer
    and 1 of ($product*)
}
