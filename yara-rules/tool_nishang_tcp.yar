// SPDX-License-Identifier: Apache-2.0
// Reverse shells of the Nishang collection, dropped or run after the Exchange attacks of 2021.

// The parts must be close together, so large logs and memory can be scanned.
rule HKTL_PS1_Nishang_TCP_OneLiner {
  meta:
    description = "Reverse TCP shell in one line of PowerShell, like Nishang's"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-24"
    score = 85
    id = "458f8759-0c02-5a48-a854-587948ee160a"
    license = "Apache-2.0"
  strings:
    $client = /new-object\s{1,16}(system\.)?net\.sockets\.tcpclient\s*\(/ nocase ascii wide
    $stream = /\.getstream\s*\(\s*\)/ nocase ascii wide
    $buffer = /\[byte\[\]\]\s*\$\w{1,32}\s*=\s*0\s*\.\.\s*65535/ nocase ascii wide
    $run = /\(\s*(iex|invoke-expression)\s{1,8}\$\w{1,32}/ nocase ascii wide
  condition:
    filesize < 32MB
    and for any i in (1..#client) : (
      $stream in (@client[i]..@client[i] + 400)
      and $buffer in (@client[i]..@client[i] + 1000)
      and $run in (@client[i]..@client[i] + 2000)
    )
}

rule HKTL_PS1_Nishang_TCP_OneLiner_Encoded {
  meta:
    description = "Reverse TCP shell like Nishang's as the argument of powershell -EncodedCommand"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-24"
    score = 85
    id = "50f320a9-e272-5c67-b96e-3ec5e9842884"
    license = "Apache-2.0"
  strings:
    $client = "Net.Sockets.TCPClient(" wide base64 base64wide
    $stream = ".GetStream()" wide base64 base64wide
    $buffer = "[byte[]]$" wide base64 base64wide
  condition:
    filesize < 32MB
    and for any i in (1..#client) : (
      $stream in (@client[i]..@client[i] + 2400)
      and $buffer in (@client[i]..@client[i] + 4800)
    )
}
