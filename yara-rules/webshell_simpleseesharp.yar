// SPDX-License-Identifier: Apache-2.0
// SIMPLESEESHARP, an uploader used before other web shells in January and February 2021.

rule WEBSHELL_ASPX_SIMPLESEESHARP {
  meta:
    description = "SIMPLESEESHARP: a small C# page that saves the first uploaded file"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 85
    mitre = "T1505.003"
    id = "52d8ff53-2bd6-4e7b-80fe-5dbb5d0bdf6b"
    license = "Apache-2.0"
  strings:
    $directive = /<%\s{0,16}@\s{0,16}page\s{1,16}language\s{0,16}=\s{0,16}["']?c#["']?\s{0,16}%>/ nocase ascii wide
    $posted = /httppostedfile\s{1,16}\w{1,32}(\s|\/\*[^*]*\*\/)*=(\s|\/\*[^*]*\*\/)*request(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*files(\s|\/\*[^*]*\*\/)*\[(\s|\/\*[^*]*\*\/)*0(\s|\/\*[^*]*\*\/)*\]/ nocase ascii wide
    $save = /\.(\s|\/\*[^*]*\*\/)*(saveas|inputstream)(\s|\/\*[^*]*\*\/)*[(;.]/ nocase ascii wide
    $named = "thisFile" ascii wide
    $free = /\.(\s|\/\*[^*]*\*\/)*saveas(\s|\/\*[^*]*\*\/)*\([^;\r\n]{0,120}(path(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*combine|request|filename)/ nocase ascii wide
  condition:
    filesize < 4KB
    and $directive
    and $posted
    and $save
    and ($named or $free)
}
