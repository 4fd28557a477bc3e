// SPDX-License-Identifier: Apache-2.0
// reGeorg and Neo-reGeorg tunnel connections into the network through HTTP requests. Generated
// Neo-reGeorg pages translate the base64 alphabet, so the file does not contain its phrases. It
// does contain the translation.

rule WEBSHELL_Tunnel_reGeorg {
  meta:
    description = "reGeorg, a tunnel page: its headers, its greeting, and a socket"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 92
    mitre = "T1090.001"
    id = "b9a9d682-2b24-42a2-b445-b789886c1acd"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $page4 = "<?php" nocase ascii wide
    $page3 = "@WebServlet" ascii wide
    $header1 = /["']x-cmd["']/ nocase ascii wide
    $header2 = /["']x-target["']/ nocase ascii wide
    $header3 = /["']x-port["']/ nocase ascii wide
    $header4 = /["']x-status["']/ nocase ascii wide
    $header5 = /["']http_x_(cmd|target|port)["']/ nocase ascii wide
    $says = "Georg says, 'All seems fine'" nocase ascii wide
    $socket1 = "SocketChannel" ascii wide
    $socket2 = /new\s{1,8}(system\.net\.sockets\.)?(socket|tcpclient)\s{0,16}\(/ nocase ascii wide
    $socket3 = /[^\w](fsockopen|socket_create|stream_socket_client)\s{0,16}\(/ nocase ascii wide
  condition:
    filesize < 64KB
    and 1 of ($page*)
    and (
      ($says and 1 of ($header*))
      or (3 of ($header*) and 1 of ($socket*))
    )
}

rule WEBSHELL_Tunnel_NeoreGeorg {
  meta:
    description = "Neo-reGeorg, a tunnel page: base64 with its own alphabet, headers and a socket"
    author = "coldsweep"
    reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
    date = "2026-11-25"
    score = 90
    mitre = "T1090.001"
    id = "b5a3792f-7fd1-4106-9017-4c9bdda69a5c"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $page4 = "<?php" nocase ascii wide
    $page3 = "extends ClassLoader" ascii wide
    $translate1 = /strtr\s{0,16}\(\s{0,16}(request\s{0,16}\.\s{0,16}headers|cmd|[a-z]{1,16}\s{0,16},\s{0,16}(de|en)\s{0,16},)/ nocase ascii wide
    $translate2 = /string\s{1,8}strtr\s{0,16}\(\s{0,16}string\s/ nocase ascii wide
    $translate3 = /strtr\s{0,16}\(\s{0,16}[^;\r\n]{1,80},\s{0,16}["'][A-Za-z0-9+\/]{64}["']\s{0,16},\s{0,16}["'][A-Za-z0-9+\/]{64}["']/ nocase ascii wide
    $record1 = /[^\w]blv_(decode|encode)\s{0,16}\(/ nocase ascii wide
    $record2 = /[^\w]blv_offset[^\w]/ nocase ascii wide
    $says = /NeoGeorg\ssays,\s?['"]?All seems fine/ nocase ascii wide
    $class = /class\s{1,8}neoregeorg[^\w]/ nocase ascii wide
    $headers = /request\s{0,16}\.\s{0,16}(headers\s{0,16}\.\s{0,16}get|headers\s{0,16}\[|getheader)\s{0,16}[(\[]/ nocase ascii wide
    $socket1 = "SocketChannel" ascii wide
    $socket2 = /new\s{1,8}(system\.net\.sockets\.)?(socket|tcpclient)\s{0,16}\(/ nocase ascii wide
    $socket3 = /[^\w](fsockopen|stream_socket_client)\s{0,16}\(/ nocase ascii wide
  condition:
    filesize < 128KB
    and 1 of ($page*)
    and (
      ($translate1 and $translate2 and $headers)
      or ($translate1 and $headers and 1 of ($socket*))
      or ($translate3 and 1 of ($socket*))
      or ($record1 and ($record2 or 1 of ($socket*)))
      or $says
      or $class
    )
}
