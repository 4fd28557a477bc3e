// SPDX-License-Identifier: Apache-2.0
// Godzilla: a page of one or two kilobytes that decrypts data from the request, loads it as code,
// and replies between the halves of an MD5.

rule WEBSHELL_ASPX_Godzilla {
  meta:
    description = "Godzilla for ASP.NET: AES, an MD5 of password and key, and an assembly from the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 94
    mitre = "T1505.003"
    id = "623f54c4-22e1-4e1b-8a2f-d4be601f9e38"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $decrypt = /rijndaelmanaged(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*\)(\s|\/\*[^*]*\*\/)*\)?(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*createdecryptor(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
    $load1 = /assembly[^;\r\n]{0,60}\.(\s|\/\*[^*]*\*\/)*load(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
    $load2 = /(typeof|gettype)(\s|\/\*[^*]*\*\/)*\([^;\r\n]{0,60}assembly[^;\r\n]{0,160}["']load["']/ nocase ascii wide
    $md5 = "MD5CryptoServiceProvider" nocase ascii wide
    $key = /string\s{1,8}\w{1,16}(\s|\/\*[^*]*\*\/)*=(\s|\/\*[^*]*\*\/)*"[0-9a-f]{16}"(\s|\/\*[^*]*\*\/)*;/ nocase ascii wide
    $request = /request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,20}(\s|\/\*[^*]*\*\/)*)?[\[(.]/ nocase ascii wide
  condition:
    filesize < 32KB
    and 1 of ($page*)
    and $decrypt
    and 1 of ($load*)
    and $request
    and ($md5 or $key)
}

rule WEBSHELL_JSP_Godzilla {
  meta:
    description = "Godzilla for JSP: AES or XOR with sixteen hexadecimal digits, and a class from the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 94
    mitre = "T1505.003"
    id = "73e4b180-24fb-4b78-9b98-64609f2d15f4"
    license = "Apache-2.0"
  strings:
    $loader = /class\s{1,8}\w{1,32}\s{1,8}extends\s{1,8}classloader/ nocase ascii wide
    $define = /[^\w]defineclass\s{0,16}\(/ nocase ascii wide
    $key = /string\s{1,8}\w{1,16}\s{0,16}=\s{0,16}"[0-9a-f]{16}"\s{0,16};/ nocase ascii wide
    $digest = /md5\s{0,16}\(\s{0,16}\w{1,16}\s{0,16}\+\s{0,16}\w{1,16}\s{0,16}\)/ nocase ascii wide
    $taken = /request\s{0,16}\.\s{0,16}(getparameter|getheader|getinputstream)\s{0,16}\(/ nocase ascii wide
  condition:
    filesize < 64KB
    and all of them
}

rule WEBSHELL_PHP_Godzilla {
  meta:
    description = "Godzilla for PHP: payload kept in the session and decoded with a key of sixteen letters; replies between the halves of an MD5"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 94
    mitre = "T1505.003"
    id = "9294de99-2dab-471b-8f41-3b8ba426e357"
    license = "Apache-2.0"
  strings:
    $tag = "<?php" nocase ascii wide
    $xor = /\$\w{1,8}\[\$i\]\s{0,16}\^\s{0,16}\$\w{1,8}/ nocase ascii wide
    $mask = /\[\$i\s{0,16}\+\s{0,16}1\s{0,16}&\s{0,16}15\]/ nocase ascii wide
    $payload = /\$payloadname\s{0,16}=\s{0,16}["']/ nocase ascii wide
    $session = /\$_session\s{0,16}\[\s{0,16}\$\w{1,16}\s{0,16}\]/ nocase ascii wide
    $digest = /substr\s{0,16}\(\s{0,16}md5\s{0,16}\(\s{0,16}\$\w{1,16}\s{0,16}\.\s{0,16}\$\w{1,16}\s{0,16}\)\s{0,16},\s{0,16}(0\s{0,16},\s{0,16})?16/ nocase ascii wide
    $run = /[^\w](eval|run)\s{0,16}\(\s{0,16}\$/ nocase ascii wide
  condition:
    filesize < 32KB
    and $tag
    and ($mask or $xor)
    and $session
    and ($payload or $digest)
    and $run
}
