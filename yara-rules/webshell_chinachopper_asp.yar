// SPDX-License-Identifier: Apache-2.0
// China Chopper's long form for classic ASP: its commands are in hexadecimal, with a letter between
// the bytes, and are decoded and evaluated one by one. The words searched for are "Request" and
// "Response", as spelled in the commands.

rule WEBSHELL_ASP_ChinaChopper_Hex {
  meta:
    description = "China Chopper for classic ASP: server-side script with its commands in hexadecimal"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0020/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.003"
    id = "2be98829-1bef-4984-84cd-18d5838937d9"
    license = "Apache-2.0"
  strings:
    $script = /<script[^>]{0,120}runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $page = /<%\s{0,16}(@|\w)/ ascii wide
    $run = /[^\w](eval|execute|executeglobal|unescape)[^\w]/ nocase ascii wide
    $request1 = /52[H%XGU\\$,]x?65[H%XGU\\$,]x?71[H%XGU\\$,]x?75[H%XGU\\$,]x?65[H%XGU\\$,]x?73[H%XGU\\$,]x?74/ nocase ascii wide
    $request2 = "52657175657374" ascii wide
    $response1 = /52[H%XGU\\$,]x?65[H%XGU\\$,]x?73[H%XGU\\$,]x?70[H%XGU\\$,]x?6F[H%XGU\\$,]x?6E[H%XGU\\$,]x?73[H%XGU\\$,]x?65/ nocase ascii wide
    $response2 = "526573706F6E7365" nocase ascii wide
  condition:
    filesize < 64KB
    and ($script or $page)
    and $run
    and 1 of ($request*)
    and 1 of ($response*)
}
