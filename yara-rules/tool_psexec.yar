// SPDX-License-Identifier: Apache-2.0
// Administrators also use PsExec: alone it means little.

rule SUSP_Script_PsExec_Remote {
  meta:
    description = "PsExec run against another machine as SYSTEM, or with a program to copy there"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0029/"
    date = "2026-11-25"
    score = 50
    mitre = "S0029"
    id = "6d350baa-f6ae-4d53-829c-aab6c0b77d9c"
    license = "Apache-2.0"
  strings:
    $system = /psexec(64)?(\.exe)?["']?\s[^\r\n]{0,200}\\\\[\w.%*\-]{1,64}\s[^\r\n]{0,160}-(s|i\s{1,4}-s|c|d\s{1,4}-s)\s[^\r\n]{0,200}(cmd|powershell|\.bat|\.exe|\.ps1)/ nocase ascii wide
    $before = /psexec(64)?(\.exe)?["']?\s{1,4}(-accepteula\s{1,4})?[\/-](s|c|d)\s[^\r\n]{0,160}\\\\[\w.%*\-]{1,64}\s/ nocase ascii wide
    $list = /psexec(64)?(\.exe)?["']?\s[^\r\n]{0,200}@[\w.:\\\-]{1,120}\.txt\s[^\r\n]{0,200}(cmd|powershell|\.bat|\.exe|\.ps1)/ nocase ascii wide
  condition:
    filesize < 16MB
    and ($system or $before or $list)
}

rule SUSP_PsExec_Service {
  meta:
    description = "PsExec's service program, which it leaves on the target machine"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0029/"
    date = "2026-11-25"
    score = 45
    mitre = "S0029"
    id = "06bb58b3-83d1-4940-b710-1a02a2bfbbfe"
    license = "Apache-2.0"
  strings:
    $name = "PSEXESVC" wide
    $pipe = /\\\\\.\\pipe\\/ nocase ascii wide
    $product = "PsExec Service" wide
    $company = "Sysinternals" wide
  condition:
    filesize < 4MB
    and uint16(0) == 0x5A4D
    and $name and $product
    and ($pipe or $company)
}
