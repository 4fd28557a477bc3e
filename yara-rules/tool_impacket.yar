// SPDX-License-Identifier: Apache-2.0
// Impacket's remote commands redirect their output to a share of the same machine. Services, tasks
// and process records show this.

rule HKTL_Script_Impacket_Exec {
  meta:
    description = "Command of Impacket's wmiexec, smbexec, dcomexec or atexec: output redirected to a share of the same machine"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0357/"
    date = "2026-11-25"
    score = 88
    mitre = "S0357"
    id = "9c4d9c6f-2411-4a09-b296-9277d72cedae"
    license = "Apache-2.0"
  strings:
    $output = /\\\\(127\.0\.0\.1|localhost|%COMPUTERNAME%)\\(ADMIN|C)\$\\(Temp\\)?__(output|1[0-9]{9}(\.[0-9]{1,8})?)/ nocase ascii wide
    $service = /%COMSPEC%\s{1,4}\/Q\s{1,4}\/c\s{1,4}echo\s[^\r\n]{1,400}(\^>|\^&gt;|>)[^\r\n]{1,200}(execute\.bat|__output|%TEMP%\\\w{4,16}\.bat)/ nocase ascii wide
    $task = /cmd(\.exe)?["']?\s{1,4}\/C\s[^\r\n]{1,400}(>|&gt;)\s{0,4}%windir%\\Temp\\\w{8}\.tmp\s{1,4}2(>|&gt;)/ nocase ascii wide
  condition:
    filesize < 64MB
    and ($output or $service or $task)
}

rule HKTL_Script_Impacket_Secrets {
  meta:
    description = "Trace of Impacket's secretsdump: shadow copies listed or copied, with the output in Temp"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/003/"
    date = "2026-11-25"
    score = 82
    mitre = "T1003.003"
    id = "0507fcf5-0f8b-49a8-aa2a-d1a2fdbf59e5"
    license = "Apache-2.0"
  strings:
    $list = /vssadmin(\.exe)?\s{1,4}(list|create)\s{1,4}shadows?[^\r\n]{0,200}\\Temp\\__output/ nocase ascii wide
    $copy = /copy\s{1,4}[^\r\n]{0,20}HarddiskVolumeShadowCopy[^\r\n]{1,120}ntds\.dit[^\r\n]{1,120}\\Temp\\\w{8}\.tmp/ nocase ascii wide
  condition:
    filesize < 64MB
    and ($list or $copy)
}
