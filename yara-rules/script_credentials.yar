// SPDX-License-Identifier: Apache-2.0
// Commands that copy credential stores: hives with reg save, the Active Directory database with
// ntdsutil or from a shadow copy. Found in batch files, command histories and task definitions.
// Documentation quotes single commands, so two hives are required.

rule HKTL_Script_Reg_Save_Hives {
  meta:
    description = "Commands that save at least two of the registry hives SAM, SECURITY and SYSTEM to files"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/002/"
    date = "2026-11-25"
    score = 72
    mitre = "T1003.002"
    id = "bd6a9074-bc27-486d-9bf6-0a7908406604"
    license = "Apache-2.0"
  strings:
    $sam = /[^\w]reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\sam["']?\s{1,4}[^\s<`]/ nocase ascii wide
    $security = /[^\w]reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\security["']?\s{1,4}[^\s<`]/ nocase ascii wide
    $system = /[^\w]reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\system["']?\s{1,4}[^\s<`]/ nocase ascii wide
    $sam_first = /reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\sam["']?\s{1,4}[^\s<`]/ nocase ascii wide
    $security_first = /reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\security["']?\s{1,4}[^\s<`]/ nocase ascii wide
    $system_first = /reg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(hklm|hkey_local_machine)\\system["']?\s{1,4}[^\s<`]/ nocase ascii wide
  condition:
    filesize < 256KB
    and (
      2 of ($sam, $security, $system)
      or ($sam_first at 0 and 1 of ($security, $system))
      or ($security_first at 0 and 1 of ($sam, $system))
      or ($system_first at 0 and 1 of ($sam, $security))
    )
}

rule HKTL_Script_NTDS_Copy {
  meta:
    description = "Commands that copy the Active Directory database: ntdsutil's installation media, or a shadow copy"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/003/"
    date = "2026-11-25"
    score = 75
    mitre = "T1003.003"
    id = "eb4548b8-4849-4206-b2a0-55ffce6f7a02"
    license = "Apache-2.0"
  strings:
    $media = /ntdsutil(\.exe)?["']?\s[^\r\n]{0,80}(ac|activate)\s[^\r\n]{0,20}ntds[^\r\n]{0,40}ifm[^\r\n]{0,40}cr\w{0,4}\s{1,4}fu\w{0,2}\s/ nocase ascii wide
    $shadow = /(copy|xcopy|robocopy|esentutl|mklink)[^\r\n]{0,60}HarddiskVolumeShadowCopy[^\r\n]{1,80}\\ntds\.dit["']?\s/ nocase ascii wide
  condition:
    filesize < 256KB
    and ($media or $shadow)
}

// Attackers used makecab to store dumps and mailbox data as images below the web root, for download
// like any picture.
rule HKTL_Script_Makecab_Staging {
  meta:
    description = "Command that packs a dump, hives or Exchange data with makecab, or puts a cabinet below a web root"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 75
    mitre = "T1560.001"
    id = "1cab51f6-a007-472e-8eeb-cc17bf416b24"
    license = "Apache-2.0"
  strings:
    $dump = /makecab(\.exe)?["']?\s[^\r\n]{0,200}\.dmp["']?\s[^\r\n]{1,200}/ nocase ascii wide
    $root = /makecab(\.exe)?["']?\s[^\r\n]{0,300}(\\inetpub\\wwwroot\\|\\frontend\\httpproxy\\|\\aspnet_client\\)[^\r\n]{1,120}/ nocase ascii wide
    $lzx = /makecab(\.exe)?["']?\s[^\r\n]{0,80}compressionmemory[^\r\n]{0,200}\.gif/ nocase ascii wide
  condition:
    filesize < 256KB
    and ($dump or $root or $lzx)
}
