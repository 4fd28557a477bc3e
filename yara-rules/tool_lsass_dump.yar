// SPDX-License-Identifier: Apache-2.0
// The memory of LSASS contains credentials. These rules find commands that dump it, and the dump
// itself.

// Found in batch files, PowerShell, task definitions and command histories. Large logs need a rule
// that sees one line at a time.
rule HKTL_Script_LSASS_Dump {
  meta:
    description = "A command that writes the memory of LSASS to a file with procdump or comsvcs.dll"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/001/"
    date = "2026-11-24"
    score = 75
    id = "8b37a20d-ef25-50fc-be78-7d303bec6fc7"
    license = "Apache-2.0"
  strings:
    $procdump = /procdump(64|64a)?(\.exe)?["']?\s[^\r\n]{0,120}-m[amp]\s[^\r\n]{0,120}lsass/ nocase ascii wide
    $procdump_late = /procdump(64|64a)?(\.exe)?["']?\s[^\r\n]{0,120}lsass[^\r\n]{0,120}\s-m[amp]\s/ nocase ascii wide
    $comsvcs = /comsvcs(\.dll)?["']?[\s,]{1,8}(minidump|#\+?0{0,5}24)["']?\s[^\r\n]{1,240}\sfull/ nocase ascii wide
    $rundll = "rundll32" nocase ascii wide
    $web_root = /minidump[^\r\n]{1,160}\\inetpub\\wwwroot\\[^\r\n]{1,160}full/ nocase ascii wide
  condition:
    filesize < 1MB
    and (
      $procdump
      or $procdump_late
      or ($comsvcs and $rundll)
      or $web_root
    )
}

// MDMP at the start, and the names of the process and of two libraries that only LSASS loads
// together. The module list is near the start.
rule CRED_LSASS_Minidump {
  meta:
    description = "A minidump of the process lsass.exe"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/001/"
    date = "2026-11-24"
    score = 80
    id = "558ba1f3-58a9-55c0-9534-69264565b87f"
    license = "Apache-2.0"
  strings:
    $process = "\\lsass.exe" nocase wide
    $module1 = "\\lsasrv.dll" nocase wide
    $module2 = "\\wdigest.dll" nocase wide
    $module3 = "\\samsrv.dll" nocase wide
    $module4 = "\\kerberos.dll" nocase wide
  condition:
    filesize < 4096MB
    and uint32be(0) == 0x4D444D50
    and $process in (0..2MB)
    and for 2 of ($module*) : ($ in (0..2MB))
}
