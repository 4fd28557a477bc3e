// SPDX-License-Identifier: Apache-2.0
// PowerCat, a netcat in PowerShell, downloaded by the operators of the Exchange attacks of 2021.

rule HKTL_PS1_PowerCat {
  meta:
    description = "The PowerCat script"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-24"
    score = 80
    id = "84dbbfc6-1982-551e-ac58-0c917fd4e3e4"
    license = "Apache-2.0"
  strings:
    $function = /function\s{1,8}powercat\s*[\r\n{]/ nocase ascii wide
    $part1 = /function\s{1,8}Setup_(UDP|DNS|TCP|CMD|Console)/ nocase ascii wide
    $part2 = /function\s{1,8}ReadData_(UDP|DNS|TCP|CMD|Console)/ nocase ascii wide
    $part3 = /\[alias\(\s*"dnscat2"\s*\)\]/ nocase ascii wide
    $part4 = "DNSFailureThreshold" nocase ascii wide
    $part5 = "$FuncSetupVars" nocase ascii wide
  condition:
    filesize < 1MB
    and (
      ($function and 2 of ($part*))
      or 4 of ($part*)
    )
}

// As found in a command history, a scheduled task or a log.
rule HKTL_PS1_PowerCat_Download {
  meta:
    description = "A command that downloads PowerCat and runs it immediately"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-24"
    score = 80
    id = "76ad829d-d83f-53eb-a226-c337e1d77a08"
    license = "Apache-2.0"
  strings:
    $fetched = /powercat\.ps1["')\]]{0,4}\s*(;|\|)[^\r\n]{0,80}powercat\s{1,8}-(c|l|p|e|ep|r|g|ge)\s/ nocase ascii wide
  condition:
    filesize < 32MB
    and $fetched
}
