// SPDX-License-Identifier: Apache-2.0
// China Chopper's server side: the one-liners, and the longer forms for languages without an eval.
// All of them are small files. The size limits exclude reports that quote them. No rule requires
// anything at offset 0, so a false header such as GIF89a changes nothing. `wide` is UTF-16LE and,
// one byte later, UTF-16BE. Between tokens of code, (\s|\/\*[^*]*\*\/)* matches white space and
// block comments.

// JScript.NET evaluates without its sandbox if the second argument is "unsafe". OAB dumps are left
// to the carrier rules.
rule WEBSHELL_ASPX_ChinaChopper_OneLiner {
  meta:
    description = "China Chopper for ASP.NET in JScript: a tiny page that evaluates a request parameter"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-24"
    score = 95
    id = "ece3f420-101b-547c-8ca6-d440cae98018"
    license = "Apache-2.0"
  strings:
    $directive = /<%\s*@[^%]{0,200}language\s*=\s*["']?\s*(jscript|javascript)/ nocase ascii wide
    $script = /<script[^>]{0,200}language\s*=\s*["']?\s*(jscript|javascript)[^>]{0,200}runat/ nocase ascii wide
    $eval = /eval(\s|\/\*[^*]*\*\/)*\([^;%]{0,240}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
    $unsafe = /request(\s|\/\*[^*]*\*\/)*[.\[(][^;%]{0,240},(\s|\/\*[^*]*\*\/)*["']unsafe["']/ nocase ascii wide
    $carrier = /ExternalUrl[ \t]{0,64}:/ ascii wide
  condition:
    filesize < 4KB
    and $eval
    and (
      $directive
      or ($script and filesize < 2KB and not $carrier)
      or ($unsafe and filesize < 1KB and not $carrier)
    )
}

// C# has no eval, so this form contains the commands itself (.aspx, .ashx, .asmx, .soap).
rule WEBSHELL_ASPX_ChinaChopper_CSharp {
  meta:
    description = "China Chopper for ASP.NET in C#: handler or service that uses the parameters z, z1 and z2"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 90
    id = "d3b25eda-3f60-533d-925f-3eb1c3716d92"
    license = "Apache-2.0"
  strings:
    $directive = /<%\s*@\s*(page|webhandler|webservice)[^%]{0,200}language\s*=\s*["']?\s*c#/ nocase ascii wide
    $z1 = /request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*(form|item|params|querystring)(\s|\/\*[^*]*\*\/)*)?\[(\s|\/\*[^*]*\*\/)*["']z1["']/ nocase ascii wide
    $z2 = /request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*(form|item|params|querystring)(\s|\/\*[^*]*\*\/)*)?\[(\s|\/\*[^*]*\*\/)*["']z2["']/ nocase ascii wide
    $parameter1 = /(string|,)\s*z1\s*[,)=]/ nocase ascii wide
    $parameter2 = /(string|,)\s*z2\s*[,)=]/ nocase ascii wide
    $method = /(void|string)\s+Chopper\s*\(/ ascii wide nocase
    $act1 = "ProcessStartInfo" ascii wide
    $act2 = "GetLogicalDrives" ascii wide
    $act3 = "WriteAllBytes" ascii wide
    $act4 = "DirectoryInfo" ascii wide
    $act5 = "HttpWebRequest" ascii wide
    $act6 = "SqlConnection" ascii wide
    $act7 = "StreamWriter" ascii wide
  condition:
    filesize < 64KB
    and $directive
    and (
      ($z1 and $z2 and 1 of ($act*))
      or ($method and (($z1 and $z2) or ($parameter1 and $parameter2)))
    )
}

rule WEBSHELL_ASPX_RequestToAssembly {
  meta:
    description = "Small ASP.NET page that loads or compiles code taken from the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-24"
    score = 85
    id = "3d9abe5c-742e-5f81-a6ef-5d7935de2f59"
    license = "Apache-2.0"
  strings:
    $directive = /<%\s*@\s*(page|webhandler|webservice)[^%]{0,200}language\s*=\s*["']?\s*(c#|vb)/ nocase ascii wide
    $load = /assembly(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*load(\s|\/\*[^*]*\*\/)*\([^;]{0,240}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
    $compile = /compileassemblyfromsource(\s|\/\*[^*]*\*\/)*\([^;]{0,240}request(\s|\/\*[^*]*\*\/)*[.\[(]/ nocase ascii wide
  condition:
    filesize < 8KB
    and $directive
    and ($load or $compile)
}

// Direct (eval request("key")) or through a variable. ASP.NET pages are left to the rules above.
rule WEBSHELL_ASP_ChinaChopper_OneLiner {
  meta:
    description = "China Chopper for classic ASP: a tiny page that evaluates a request parameter"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-24"
    score = 95
    id = "d1ce46ab-cf4c-5319-85f8-657483f8d18b"
    license = "Apache-2.0"
  strings:
    $tag = /<%|<script[^>]{0,200}runat/ nocase ascii wide
    $direct = /(eval|execute|executeglobal)[ \t(]{1,16}(["']{2}[ \t]*&[ \t]*)?request[ \t]*(\.[ \t]*\w{4,16}[ \t]*)?[(\[][ \t]*["']?[^"'()\[\]\r\n]{1,64}["']?[ \t]*[)\]]/ nocase ascii wide
    $assigned = /[a-z]\w{0,31}[ \t]*=[ \t]*request[ \t]*(\.[ \t]*\w{4,16}[ \t]*)?\(/ nocase ascii wide
    $indirect = /(eval|execute|executeglobal)[ \t(]{1,16}[a-z]\w{0,31}[ \t)]{0,8}(%>|:|\r|\n)/ nocase ascii wide
    $aspx = /<%\s*@\s*page/ nocase ascii wide
    $unsafe = /,(\s|\/\*[^*]*\*\/)*["']unsafe["']/ nocase ascii wide
  condition:
    $tag
    and not $aspx
    and not $unsafe
    and (
      ($direct and filesize < 4KB)
      or ($assigned and $indirect and filesize < 640)
    )
}

rule WEBSHELL_PHP_ChinaChopper_OneLiner {
  meta:
    description = "China Chopper for PHP: a tiny page that evaluates a request parameter"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 95
    id = "94c8a2fc-4fed-5873-9c5d-68fe3ac66a55"
    license = "Apache-2.0"
  strings:
    $tag = /<\?(php|=|\s)/ nocase ascii wide
    $direct = /([eE][vV][aA][lL]|[aA][sS][sS][eE][rR][tT])(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?([bB][aA][sS][eE]64_[dD][eE][cC][oO][dD][eE](\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*|[sS][tT][rR][iI][pP][sS][lL][aA][sS][hH][eE][sS](\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*|[tT][rR][iI][mM](\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*)?\$(\{["'])?_(POST|GET|REQUEST|COOKIE)(["']\})?(\s|\/\*[^*]*\*\/)*[\[{]/ ascii wide
    $assigned = /\$\w{1,32}\s*=\s*@?\$_(POST|GET|REQUEST|COOKIE)\s*[\[{]/ ascii wide
    $indirect = /(eval|assert)\s*\(\s*@?\$\w{1,32}\s*\)/ nocase ascii wide
    $called = /@?\$_(POST|GET|REQUEST)\s*[\[{][^;]{1,64}[\]}]\s*\(\s*@?\$_(POST|GET|REQUEST)\s*[\[{]/ ascii wide
  condition:
    $tag
    and (
      ($direct and filesize < 4KB)
      or ($assigned and $indirect and filesize < 400)
      or ($called and filesize < 400)
    )
}

// Its output marker is in two pieces in the source.
rule WEBSHELL_JSP_ChinaChopper {
  meta:
    description = "China Chopper for JSP: the helper functions EC, GC, AA and BB and the parameters z1 and z2"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-24"
    score = 90
    id = "5741ebd0-d001-5882-9032-cab22c1a8c85"
    license = "Apache-2.0"
  strings:
    $tag = "<%" ascii wide
    $password = /String\s+Pwd\s*=\s*"[^"]{1,64}"/ ascii wide
    $z1 = /getParameter\s*\(\s*"z1"\s*\)/ ascii wide
    $z2 = /getParameter\s*\(\s*"z2"\s*\)/ ascii wide
    $helper1 = /String\s+EC\s*\(\s*String\s/ ascii wide
    $helper2 = /Connection\s+GC\s*\(\s*String\s/ ascii wide
    $helper3 = /void\s+AA\s*\(\s*StringBu(ffer|ilder)\s/ ascii wide
    $helper4 = /void\s+BB\s*\(\s*String\s+\w{1,32}\s*,\s*StringBu(ffer|ilder)\s/ ascii wide
    $marker = /"->"\s*\+\s*"\|"/ ascii wide
  condition:
    filesize < 64KB
    and $tag
    and (
      3 of ($helper*)
      or ($z1 and $z2 and ($password or $marker or 2 of ($helper*)))
    )
}

rule WEBSHELL_CFM_ChinaChopper {
  meta:
    description = "China Chopper for ColdFusion: a switch over one form field with the cases A, B, C and the field z1"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-24"
    score = 85
    id = "1a9ffb10-b8d4-5fc6-8b33-c50c84c1eddb"
    license = "Apache-2.0"
  strings:
    $switch = /<cfswitch\s{1,16}expression\s*=\s*["']?#form\.\w{1,64}#/ nocase ascii wide
    $case_a = /<cfcase\s{1,16}value\s*=\s*["']A["']/ nocase ascii wide
    $case_b = /<cfcase\s{1,16}value\s*=\s*["']B["']/ nocase ascii wide
    $z1 = /#form\.z1#/ nocase ascii wide
    $act1 = "<cfdirectory" nocase ascii wide
    $act2 = "<cffile" nocase ascii wide
    $act3 = "<cfexecute" nocase ascii wide
  condition:
    filesize < 32KB
    and $switch and $case_a and $case_b and $z1
    and 1 of ($act*)
}
