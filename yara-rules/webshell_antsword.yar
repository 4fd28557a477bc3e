// SPDX-License-Identifier: Apache-2.0
// AntSword. Its plain server side is China Chopper's one-liner, which other rules find. These rules
// find AntSword's own forms and its client's requests.

rule WEBSHELL_JSP_AntSword {
  meta:
    description = "AntSword for JSP: loads and runs a class from a base64 request parameter"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 93
    mitre = "T1505.003"
    id = "32ccb31d-8bd8-4748-ad63-6a9cc2cc72c7"
    license = "Apache-2.0"
  strings:
    $loader = /class\s{1,8}\w{1,32}\s{1,8}extends\s{1,8}classloader/ nocase ascii wide
    $define = /[^\w]defineclass\s{0,16}\(/ nocase ascii wide
    $equals = /newinstance\s{0,16}\(\s{0,16}\)\s{0,16}\.\s{0,16}equals\s{0,16}\(\s{0,16}(pagecontext|request|new\s{1,8}object\[\]|session)/ nocase ascii wide
    $taken = /request\s{0,16}\.\s{0,16}getparameter\s{0,16}\(\s{0,16}"[^"]{1,64}"\s{0,16}\)/ nocase ascii wide
    $base64 = /(base64decode|base64decoder|decodebuffer|getdecoder|java\.util\.base64)/ nocase ascii wide
  condition:
    filesize < 32KB
    and all of them
}

rule WEBSHELL_PHP_AntSword_RSA {
  meta:
    description = "AntSword for PHP that evaluates commands signed with a private key"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.003"
    id = "df1c0fab-ddf3-4301-9ae1-0b13a1ac0eef"
    license = "Apache-2.0"
  strings:
    $tag = "<?php" nocase ascii wide
    $taken = /\$\w{1,32}\s{0,16}=\s{0,16}@?\$_(post|request)\s{0,16}\[/ nocase ascii wide
    $key = "-----BEGIN PUBLIC KEY-----" ascii wide
    $decrypt = /[^\w]openssl_public_decrypt\s{0,16}\(/ nocase ascii wide
    $run = /[^\w](eval|assert)\s{0,16}\(\s{0,16}\$\w{1,32}\s{0,16}\)/ nocase ascii wide
  condition:
    filesize < 16KB
    and all of them
}

// Found in memory, page files and traffic captures.
rule HKTL_PHP_AntSword_Payload {
  meta:
    description = "Request of AntSword's client to a PHP shell: its output functions and setup, plain or URL-encoded"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 80
    mitre = "T1505.003"
    id = "ad8b332a-9cf5-4e85-a7d3-40c0a69661f6"
    license = "Apache-2.0"
  strings:
    $encode = /function(\s{1,4}|\+|%20)asenc(\(|%28)(\$|%24)out(\)|%29)/ nocase ascii wide
    $output = /function(\s{1,4}|\+|%20)asoutput(\(|%28)(\)|%29)/ nocase ascii wide
    $setup = /set_time_limit(\(|%28)0(\)|%29)/ nocase ascii wide
    $capture = /ob_get_contents(\(|%28)(\)|%29)/ nocase ascii wide
  condition:
    $output
    and ($encode or ($setup and $capture))
    and for any i in (1..#output) : (
      ($encode in (@output[i] - 600..@output[i] + 600))
      or ($setup in (@output[i] - 1200..@output[i]) and $capture in (@output[i]..@output[i] + 400))
    )
}
