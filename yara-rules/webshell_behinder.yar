// SPDX-License-Identifier: Apache-2.0
// Behinder: a few hundred bytes that decrypt the request body with a key from the session and run
// it.

rule WEBSHELL_ASPX_Behinder {
  meta:
    description = "Behinder for ASP.NET: decrypts the request and creates an instance of its class U"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 95
    mitre = "T1505.003"
    id = "72484370-9523-492c-b22c-b5a43c6c79e9"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $create = /\.(\s|\/\*[^*]*\*\/)*createinstance(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*"\w{1,16}"(\s|\/\*[^*]*\*\/)*\)(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*equals(\s|\/\*[^*]*\*\/)*\((\s|\/\*[^*]*\*\/)*(this|context|httpcontext|page)/ nocase ascii wide
    $load = /assembly(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*load(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
    $read = /request(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*(binaryread|inputstream|form)/ nocase ascii wide
    $decrypt = "CreateDecryptor" nocase ascii wide
    $default = "e45e329feb5d925b" nocase ascii wide
  condition:
    filesize < 16KB
    and 1 of ($page*)
    and $load
    and (
      ($create and ($read or $decrypt))
      or ($default and ($read or $decrypt))
    )
}

rule WEBSHELL_JSP_Behinder {
  meta:
    description = "Behinder for JSP: a class loader, AES, and a new instance whose equals() is called with the page"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 95
    mitre = "T1505.003"
    id = "4934631a-519c-48f3-b125-334693ca9402"
    license = "Apache-2.0"
  strings:
    $loader = /class\s{1,8}\w{1,32}\s{1,8}extends\s{1,8}classloader/ nocase ascii wide
    $define = /[^\w]defineclass\s{0,16}\(/ nocase ascii wide
    $equals = /newinstance\s{0,16}\(\s{0,16}\)\s{0,16}\.\s{0,16}equals\s{0,16}\(\s{0,16}(pagecontext|request|session)/ nocase ascii wide
    $cipher = /cipher\s{0,16}\.\s{0,16}getinstance\s{0,16}\(\s{0,16}"aes/ nocase ascii wide
    $kept = /session\s{0,16}\.\s{0,16}(putvalue|setattribute)\s{0,16}\(\s{0,16}"u"/ nocase ascii wide
    $read = /request\s{0,16}\.\s{0,16}getreader\s{0,16}\(\s{0,16}\)/ nocase ascii wide
  condition:
    filesize < 32KB
    and $loader
    and $define
    and $equals
    and $cipher
    and ($kept or $read)
}

rule WEBSHELL_PHP_Behinder {
  meta:
    description = "Behinder for PHP: decrypts the request body with a key from the session and evaluates it"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 95
    mitre = "T1505.003"
    id = "ecdfef8f-1853-4bd7-bd71-5321741b5543"
    license = "Apache-2.0"
  strings:
    $tag = "<?php" nocase ascii wide
    $session = /\$_session\s{0,16}\[\s{0,16}["']?k["']?\s{0,16}\]\s{0,16}=\s{0,16}\$\w{1,16}/ nocase ascii wide
    $key = /\$_session\s{0,16}\[\s{0,16}["']?k["']?\s{0,16}\]/ nocase ascii wide
    $input = "php://input" nocase ascii wide
    $decrypt = /openssl_decrypt\s{0,16}\([^;\r\n]{1,60}aes/ nocase ascii wide
    $parts = /explode\s{0,16}\(\s{0,16}["']\|["']\s{0,16},\s{0,16}\$\w{1,16}/ nocase ascii wide
    $xor = /\$\w{1,16}\[\$i\]\s{0,16}\^\s{0,16}\$\w{1,16}\[/ nocase ascii wide
    $run = /[^\w](eval|assert|call_user_func|__invoke)\s{0,16}\(\s{0,16}(\$|new\s)/ nocase ascii wide
  condition:
    filesize < 16KB
    and $tag
    and (
      ($session and $input and ($decrypt or $xor))
      or ($decrypt and $parts and $key)
    )
    and $run
}

rule WEBSHELL_ASP_Behinder {
  meta:
    description = "Behinder for classic ASP: decodes the request body with a key from the session and executes it"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.003"
    id = "3d27be7e-fed4-4857-8d4f-b84dc85452fa"
    license = "Apache-2.0"
  strings:
    $session = /session\s{0,16}\(\s{0,16}"k"\s{0,16}\)\s{0,16}=\s{0,16}\w{1,16}/ nocase ascii wide
    $read = /request\s{0,16}\.\s{0,16}binaryread\s{0,16}\(/ nocase ascii wide
    $xor = /ascb\s{0,16}\(\s{0,16}midb\s{0,16}\([^\r\n]{1,80}\)\s{0,16}xor\s{0,16}asc\s{0,16}\(/ nocase ascii wide
    $run = /[^\w](execute|eval|executeglobal)[ \t(]{1,8}\w{1,32}/ nocase ascii wide
  condition:
    filesize < 16KB
    and all of them
}
