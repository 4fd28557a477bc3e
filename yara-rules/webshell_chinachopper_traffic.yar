// SPDX-License-Identifier: Apache-2.0
// Requests of China Chopper's client to its pages, as left in memory, page files, captures and
// request traces; plain or URL-encoded.

rule HKTL_ChinaChopper_Request_ASPX {
  meta:
    description = "Request of China Chopper's client to a JScript page: code to evaluate without a sandbox, which writes markers around its output"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 85
    mitre = "S0020"
    id = "e45767dd-65d5-4101-9eb2-8948edadb3af"
    license = "Apache-2.0"
  strings:
    $mark = /Response\.Write(\(|%28)("|%22|\\")-(>|%3E)(\||%7C)("|%22|\\")(\)|%29)/ nocase ascii wide
    $unsafe = /(,|%2C)("|%22|\\")unsafe("|%22|\\")(\)|%29)/ nocase ascii wide
    $decoded = /FromBase64String(\(|%28)/ nocase ascii wide
    $end = /Response\.Write(\(|%28)("|%22|\\")(\||%7C)(<|%3C)-("|%22|\\")/ nocase ascii wide
  condition:
    for any i in (1..#mark) : (
      ($unsafe in (@mark[i]..@mark[i] + 16384) and $decoded in (@mark[i]..@mark[i] + 4096))
      or ($unsafe in (@mark[i]..@mark[i] + 4096) and $end in (@mark[i]..@mark[i] + 4096))
    )
}

rule HKTL_ChinaChopper_Request_PHP {
  meta:
    description = "Request of China Chopper's client to a PHP page: an eval of the parameter z0 in base64"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 85
    mitre = "S0020"
    id = "a2f840a3-eb43-48ef-b474-fc07e3bd83fc"
    license = "Apache-2.0"
  strings:
    $request = /=(@|%40)eval(%01)?(\(|%28)base64_decode(%01)?(\(|%28)(\$|%24)_POST(\[|%5B)z0(\]|%5D)(\)|%29)(\)|%29)(;|%3B)&z0=/ nocase ascii wide
  condition:
    $request
}
