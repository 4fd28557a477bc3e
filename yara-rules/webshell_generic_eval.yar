// SPDX-License-Identifier: Apache-2.0
// Pages of any size that evaluate or run data from the request, for families that no other rule
// names. Tiny pages have their own rules in webshell_chinachopper.yar. Rule files quote such code
// with backslashes before its quotes, which no token here allows.

rule WEBSHELL_ASPX_Generic_Eval {
  meta:
    description = "ASP.NET page that evaluates a request value outside the JScript sandbox"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 88
    mitre = "T1505.003"
    id = "c2702d55-fc87-4856-863b-b25715801330"
    license = "Apache-2.0"
  strings:
    $server1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|control)/ nocase ascii wide
    $server2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $eval1 = /eval(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["']?[^"'\\\]\r\n]{1,64}["']?(\s|\/\*[^*]*\*\/)*[\])](\s|\/\*[^*]*\*\/)*,(\s|\/\*[^*]*\*\/)*["']unsafe["'](\s|\/\*[^*]*\*\/)*\)/ nocase ascii wide
    $eval2 = /eval(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,160}frombase64string(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,80}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(][^;\\\r\n]{1,120},(\s|\/\*[^*]*\*\/)*["']unsafe["']/ nocase ascii wide
    $eval3 = /eval(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*\w{1,32}(\s|\/\*[^*]*\*\/)*,(\s|\/\*[^*]*\*\/)*["']unsafe["'](\s|\/\*[^*]*\*\/)*\)/ nocase ascii wide
    $request = /[^\w]request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*(item|form|querystring|params|cookies|headers)(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["'][^"'\\\r\n]{1,64}["'](\s|\/\*[^*]*\*\/)*[\])]/ nocase ascii wide
  condition:
    filesize < 1MB
    and 1 of ($server*)
    and ($eval1 or $eval2 or ($eval3 and $request))
}

// YARA rules contain such code in strings, and the quotes of PHP code don't distinguish them. They
// are excluded by their structure. A request value is run if it stands where a function's name does,
// not if it is only part of a pattern or an array.
rule WEBSHELL_PHP_Generic_Eval {
  meta:
    description = "PHP page that evaluates or runs a request value, possibly after decoding it"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 80
    mitre = "T1505.003"
    id = "c5e73212-3456-46f5-bae8-b501aa2913a0"
    license = "Apache-2.0"
  strings:
    $tag = /<\?(php|=)/ nocase ascii wide
    $run = /[^\w>:$]([eE][vV][aA][lL]|[aA][sS][sS][eE][rR][tT]|[cC][rR][eE][aA][tT][eE]_[fF][uU][nN][cC][tT][iI][oO][nN]|[sS][yY][sS][tT][eE][mM]|[pP][aA][sS][sS][tT][hH][rR][uU]|[sS][hH][eE][lL][lL]_[eE][xX][eE][cC]|[eE][xX][eE][cC]|[pP][oO][pP][eE][nN]|[pP][rR][oO][cC]_[oO][pP][eE][nN])(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?(\w{4,16}(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*){0,4}\$(\{(\s|\/\*[^*]*\*\/)*["'])?_(POST|GET|REQUEST|COOKIE|SERVER\s{0,16}\[\s{0,16}["']HTTP_\w{1,24})(["'](\s|\/\*[^*]*\*\/)*\})?(\s|\/\*[^*]*\*\/)*[\[{\]"']/ ascii wide
    $rule1 = /[\r\n]rule \w{1,120}[^\r\n{]{0,80}[\r\n]{0,4}\s{0,8}\{/ ascii wide
    $rule2 = /[\r\n]\s{0,16}strings\s{0,16}:/ ascii wide
    $rule3 = /[\r\n]\s{0,16}condition\s{0,16}:/ ascii wide
    $callback1 = /[^\w](call_user_func(_array)?|array_map|preg_replace(_callback)?)(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?\$_(POST|GET|REQUEST|COOKIE)\[[^;\r\n]{1,80}\$_(POST|GET|REQUEST|COOKIE)\[/ nocase ascii wide
    $callback2 = /[^\w](array_(filter|walk)|u[ak]?sort)(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*((array(\s|\/\*[^*]*\*\/)*\(|\[)(\s|\/\*[^*]*\*\/)*@?\$_(POST|GET|REQUEST|COOKIE)\[["\']?[^"\'\];\r\n]{1,40}["\']?\](\s|\/\*[^*]*\*\/)*[)\]]|@?\$_(POST|GET|REQUEST|COOKIE)\[["\']?[^"\'\];\r\n]{1,40}["\']?\])(\s|\/\*[^*]*\*\/)*,(\s|\/\*[^*]*\*\/)*@?\$_(POST|GET|REQUEST|COOKIE)\[/ nocase ascii wide
    $modifier = /[^\w]preg_replace(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*["'][\/#~@|!%][^"'\r\n]{0,60}[\/#~@|!%][imsxuADSUXJ]{0,8}e[imsxuADSUXJ]{0,8}["'](\s|\/\*[^*]*\*\/)*,(\s|\/\*[^*]*\*\/)*@?[^;\r\n]{0,40}\$_(POST|GET|REQUEST|COOKIE)\[/ ascii wide
  condition:
    filesize < 1MB
    and $tag
    and ($run or 1 of ($callback*) or $modifier)
    and not all of ($rule*)
}

rule WEBSHELL_JSP_Generic_Exec {
  meta:
    description = "JSP page that runs a request value as a command or loads it as a class"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 80
    mitre = "T1505.003"
    id = "4af060ac-e3d9-472f-938d-714ab860cee3"
    license = "Apache-2.0"
  strings:
    $tag1 = "<%" ascii wide
    $tag2 = "<jsp:scriptlet" nocase ascii wide
    $direct = /getruntime\s{0,16}\(\s{0,16}\)\s{0,16}\.\s{0,16}exec\s{0,16}\([^;]{0,120}request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}("[^"\\\r\n]{1,64}"|\w{1,32})\s{0,16}\)/ nocase ascii wide
    $builder = /new\s{1,8}processbuilder\s{0,16}\([^;]{0,160}request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}("[^"\\\r\n]{1,64}"|\w{1,32})\s{0,16}\)/ nocase ascii wide
    $taken = /string\s{1,8}\w{1,32}\s{0,16}=\s{0,16}request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}"(cmd|c|command|exec|pwd|pass|password|shell)"\s{0,16}\)/ nocase ascii wide
    $exec = /getruntime\s{0,16}\(\s{0,16}\)\s{0,16}\.\s{0,16}exec\s{0,16}\(/ nocase ascii wide
    $engine = /getenginebyname\s{0,16}\(\s{0,16}"(js|javascript|nashorn)"\s{0,16}\)\s{0,16}\.\s{0,16}eval\s{0,16}\([^;]{0,120}request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}("[^"\\\r\n]{1,64}"|\w{1,32})\s{0,16}\)/ nocase ascii wide
    $el = /\$\{\s{0,16}\w{1,32}\.getclass\(\)\.forname\([^}]{1,120}param\./ nocase ascii wide
  condition:
    filesize < 1MB
    and 1 of ($tag*)
    and ($direct or $builder or $engine or $el or ($taken and $exec and filesize < 32KB))
}

rule WEBSHELL_ASP_Generic_Exec {
  meta:
    description = "Classic ASP page that runs a request value as a command"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 80
    mitre = "T1505.003"
    id = "8bc4a816-5851-447f-a830-67c395f06851"
    license = "Apache-2.0"
  strings:
    $tag = "<%" ascii wide
    $shell = /createobject\s{0,16}\(\s{0,16}"wscript\.shell"\s{0,16}\)/ nocase ascii wide
    $direct = /\.(exec|run)[ \t(]{1,8}[^\r\n]{0,120}request[ \t]{0,4}(\.[ \t]{0,4}(form|querystring|item)[ \t]{0,4})?\([ \t]{0,4}["'][^"'\\\r\n]{1,64}["']/ nocase ascii wide
    $taken = /[a-z]\w{0,31}[ \t]{0,8}=[ \t]{0,8}request[ \t]{0,4}(\.[ \t]{0,4}(form|querystring|item)[ \t]{0,4})?\([ \t]{0,4}"(\.?cmd|c|command|exec)"/ nocase ascii wide
    $ran = /\.(exec|run)[ \t]{0,4}\([^\r\n]{0,80}cmd(\.exe)?[^\r\n]{0,20}\/c/ nocase ascii wide
  condition:
    filesize < 256KB
    and $tag
    and $shell
    and ($direct or ($taken and $ran))
}

rule WEBSHELL_ASPX_JScript_Indirect {
  meta:
    description = "Tiny ASP.NET page in JScript that evaluates a request value or decoded text; the second argument of its eval may disable the sandbox"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 88
    mitre = "T1505.003"
    id = "3ad2f4d8-85bd-4a83-b1c0-5b9d8da68d6d"
    license = "Apache-2.0"
  strings:
    $language = /<(%\s{0,16}@[^%\\]{0,120}|script[^>\\]{0,120})language\s{0,16}=\s{0,16}["']?(jscript|javascript|js)/ nocase ascii wide
    $server1 = /<%\s{0,16}@/ ascii wide
    $server2 = /<script[^>]{0,200}runat/ nocase ascii wide
    $eval = /[^\w]eval(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*\w{1,32}(\s|\/\*[^*]*\*\/)*,(\s|\/\*[^*]*\*\/)*("|'|\w)/ nocase ascii wide
    $source1 = /[^\w]request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(]/ nocase ascii wide
    $source2 = /frombase64string(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
  condition:
    filesize < 4KB
    and $language
    and 1 of ($server*)
    and $eval
    and 1 of ($source*)
}

rule WEBSHELL_PHP_Tiny_Call {
  meta:
    description = "Tiny PHP page that calls a function in a variable with a request value, or evaluates one through preg_replace"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 78
    mitre = "T1505.003"
    id = "acf7888e-8492-457c-a8e8-42d91d29845b"
    license = "Apache-2.0"
  strings:
    $tag = /<\?(php|=)/ nocase ascii wide
    $call = /[^\w>:]\$\w{1,32}(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*@?\$_(POST|GET|REQUEST|COOKIE)(\s|\/\*[^*]*\*\/)*\[/ ascii wide
    $replace = /preg_replace(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*["'][^"'\r\n]{1,40}\/[imsxu]{0,4}e[imsxu]{0,4}["'](\s|\/\*[^*]*\*\/)*,/ nocase ascii wide
    $request = /\$_(POST|GET|REQUEST|COOKIE)(\s|\/\*[^*]*\*\/)*\[/ ascii wide
    $encoded = /\$\w{1,32}(\s|\/\*[^*]*\*\/)*=(\s|\/\*[^*]*\*\/)*create_function(\s|\/\*[^*]*\*\/)*\([^;]{0,20}base64_decode(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
  condition:
    filesize < 2KB
    and $tag
    and ($call or ($replace and $request) or $encoded)
}

rule WEBSHELL_ASP_Execute_Decoded {
  meta:
    description = "Small classic ASP page that decodes text and executes it"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 75
    mitre = "T1505.003"
    id = "60f5158e-1be2-4d09-af8d-0de33425b16e"
    license = "Apache-2.0"
  strings:
    $tag = "<%" ascii wide
    $unescape = /[^\w](eval|execute|executeglobal)[ \t(]{1,8}unescape[ \t]{0,4}\([ \t]{0,4}["'][^"'\r\n]{8,400}/ nocase ascii wide
    $decode = /[^\w](eval|execute|executeglobal)[ \t(]{1,8}\w{2,24}[ \t]{0,4}\([ \t]{0,4}\w{1,24}[ \t]{0,4}\)[ \t]{0,4}\)/ nocase ascii wide
    $shift = /chr[ \t]{0,4}\([ \t]{0,4}asc[ \t]{0,4}\([^\r\n]{1,60}\)[ \t]{0,4}(xor|[+\-])/ nocase ascii wide
  condition:
    filesize < 4KB
    and $tag
    and ($unescape or ($decode and $shift))
}

rule WEBSHELL_JSP_Generic_WriteFile {
  meta:
    description = "JSP page that writes a request value to a file named in the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 85
    mitre = "T1505.003"
    id = "86458eec-4fed-484a-9ebf-a99e843ed997"
    license = "Apache-2.0"
  strings:
    $write = /new\s{1,8}(java\.io\.)?(fileoutputstream|filewriter|randomaccessfile|printwriter)\s{0,16}\([^;]{0,160}request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}"[^"\\]{1,64}"\s{0,16}\)[^;]{0,40}\)\s{0,16}\.\s{0,16}write\s{0,16}\([^;]{0,160}request\s{0,16}\.\s{0,16}getparameter/ nocase ascii wide
    $tag1 = "<%" ascii wide
    $tag2 = "<jsp:scriptlet" nocase ascii wide
  condition:
    filesize < 64KB
    and 1 of ($tag*)
    and $write
}
