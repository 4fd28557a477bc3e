// SPDX-License-Identifier: Apache-2.0
// Scheduled tasks, which Windows stores as XML in UTF-16. & and quotes are written as entities.

private rule Task_Definition {
  meta:
    description = "Definition of a scheduled task"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1053/005/"
    date = "2026-11-25"
    id = "ded948ab-8ea1-4374-b3f9-7d9801726221"
    license = "Apache-2.0"
  strings:
    $namespace = "http://schemas.microsoft.com/windows/2004/02/mit/task" ascii wide
    $exec = /<Exec[\s>]/ ascii wide
  condition:
    filesize < 256KB
    and all of them
}

rule SUSP_Task_Encoded_PowerShell {
  meta:
    description = "Scheduled task that runs an encoded or downloaded PowerShell command"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1053/005/"
    date = "2026-11-25"
    score = 72
    mitre = "T1053.005"
    id = "34c3254c-382b-403b-8033-c9fc61ad3742"
    license = "Apache-2.0"
  strings:
    $program = /<(Command|Arguments)>[^<]{0,400}powershell/ nocase ascii wide
    $encoded = /<(Arguments|Command)>[^<]{0,400}\s?[-\/]e(c|nc\w{0,12})?\s{1,4}["']?[A-Za-z0-9+\/]{40}/ nocase ascii wide
    $download = /<Arguments>[^<]{0,800}(downloadstring|downloaddata|downloadfile|invoke-webrequest|net\.webclient|start-bitstransfer)/ nocase ascii wide
  condition:
    Task_Definition
    and $program
    and ($encoded or $download)
}

rule SUSP_Task_Odd_Place {
  meta:
    description = "Scheduled task that runs a program or script from a public profile, a web folder, a temporary folder or PerfLogs"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1053/005/"
    date = "2026-11-25"
    score = 60
    mitre = "T1053.005"
    id = "278cbc1f-540e-4f9b-9af7-d47159864c84"
    license = "Apache-2.0"
  strings:
    $place = /<(Command|Arguments)>[^<]{0,200}(\\users\\public\\|\\inetpub\\wwwroot\\|\\frontend\\httpproxy\\|\\windows\\temp\\|\\perflogs\\|\\\$recycle\.bin\\|\\windows\\help\\|\\windows\\fonts\\|\\windows\\debug\\)[^<]{1,160}\.(exe|dll|bat|cmd|ps1|vbs|js|hta|com|scr|tmp|dat)/ nocase ascii wide
  condition:
    Task_Definition
    and $place
}

rule SUSP_Task_Remote_Script {
  meta:
    description = "Scheduled task that uses mshta, regsvr32, rundll32 or wscript to run something from the network"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1053/005/"
    date = "2026-11-25"
    score = 75
    mitre = "T1218"
    id = "20612700-fd52-4fa2-b712-a9a6d2d5b257"
    license = "Apache-2.0"
  strings:
    $program = /<Command>[^<]{0,200}(mshta|regsvr32|rundll32|wscript|cscript|msiexec|cmd)(\.exe)?["']?</ nocase ascii wide
    $remote = /<Arguments>[^<]{0,400}https?:\/\/[^<\s]{1,200}/ nocase ascii wide
    $runner = /<Arguments>[^<]{0,400}(mshta|scrobj|javascript|msiexec|\.sct|\.hta|\.vbs|\.wsf|\/i:http)/ nocase ascii wide
    $program2 = /<Command>[^<]{0,200}mshta(\.exe)?["']?</ nocase ascii wide
  condition:
    Task_Definition
    and $program
    and $remote
    and ($runner or $program2)
}

rule MAL_Task_Exchange_Campaign {
  meta:
    description = "Scheduled task with a name or an address of the campaigns that followed the Exchange attacks: VSPerfMon, Winnet"
    author = "coldsweep"
    reference = "https://redcanary.com/blog/threat-intelligence/microsoft-exchange-attacks/"
    date = "2026-11-25"
    score = 85
    mitre = "T1053.005"
    id = "3c5e10e7-b051-4b56-8d1f-1348be9ef05e"
    license = "Apache-2.0"
  strings:
    $vsperfmon = /<(Command|Arguments)>[^<]{0,200}\\VSPerfMon\\[^<]{0,160}\.(exe|bat|dll|cmd)/ nocase ascii wide
    $winnet = /<URI>\\Winnet<\/URI>/ nocase ascii wide
    $address1 = "p.estonine.com" nocase ascii wide
    $address2 = "cdn.chatcdn.net" nocase ascii wide
    $encoded = "p.estonine.com" wide base64 base64wide
    $encoded2 = "cdn.chatcdn.net" wide base64 base64wide
    $powershell = "powershell" nocase ascii wide
  condition:
    Task_Definition
    and (
      $vsperfmon
      or ($winnet and $powershell)
      or 1 of ($address*)
      or $encoded
      or $encoded2
    )
}

rule HKTL_Task_Impacket_atexec {
  meta:
    description = "Scheduled task of Impacket's atexec: a command whose output goes to a file with a name of eight letters in Temp"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0357/"
    date = "2026-11-25"
    score = 90
    mitre = "T1053.005"
    id = "0e69818d-3baf-4a95-bb3c-4eda430ecedb"
    license = "Apache-2.0"
  strings:
    $command = /<Command>cmd(\.exe)?<\/Command>/ nocase ascii wide
    $output = /<Arguments>\/C\s[^<]{1,1000}&gt;\s{0,4}%windir%\\Temp\\\w{8}\.tmp\s{1,4}2&gt;/ nocase ascii wide
  condition:
    Task_Definition
    and all of them
}
