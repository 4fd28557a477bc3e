// SPDX-License-Identifier: Apache-2.0
// Credential stores in folders where Windows does not keep them. These rules read the external
// variables `filepath` and `filename`.

// Key names in a hive are ASCII. "reg save" leaves the name in the header empty, so the rule does
// not use it.
rule CRED_Registry_Hive_OutsideConfig {
  meta:
    description = "Registry hive SAM or SECURITY outside Windows' config folder: saved for exfiltration"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/002/"
    date = "2026-11-25"
    score = 75
    mitre = "T1003.002"
    id = "c2e980d3-7ba6-4bf4-abb0-ae670f270bd0"
    license = "Apache-2.0"
  strings:
    $sam1 = "Domains" ascii
    $sam2 = "Aliases" ascii
    $sam3 = "Builtin" ascii
    $sam4 = "RXACT" ascii
    $security1 = "PolAcDmS" ascii
    $security2 = "PolPrDmS" ascii
    $security3 = "PolAdtEv" ascii
  condition:
    filesize < 256MB
    and uint32be(0) == 0x72656766
    and (all of ($sam*) or 2 of ($security*))
    and not filepath icontains "\\System32\\config"
    and not filepath icontains "\\Windows\\repair"
    and not filepath icontains "\\WinSxS\\"
}

rule CRED_Registry_System_OutsideConfig {
  meta:
    description = "Registry hive SYSTEM, which contains the key to SAM, outside Windows' config folder"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/002/"
    date = "2026-11-25"
    score = 58
    mitre = "T1003.002"
    id = "ddaca8fa-cdfd-4870-83e0-9a19ea786b8d"
    license = "Apache-2.0"
  strings:
    $set = "ControlSet001" ascii
    $select = "Select" ascii
    $mounted = "MountedDevices" ascii
    $jd = "Skew1" ascii
  condition:
    filesize < 1024MB
    and uint32be(0) == 0x72656766
    and $set and $select
    and ($mounted or $jd)
    and not filepath icontains "\\System32\\config"
    and not filepath icontains "\\Windows\\repair"
    and not filepath icontains "\\WinSxS\\"
}

rule CRED_NTDS_OutsideFolder {
  meta:
    description = "Active Directory database outside Windows' NTDS folder: a copy"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/003/"
    date = "2026-11-25"
    score = 65
    mitre = "T1003.003"
    id = "c42b89a0-286d-4d62-ad35-af36c2b95870"
    license = "Apache-2.0"
  condition:
    filesize > 8KB
    and uint32be(4) == 0xEFCDAB89
    and filename matches /^ntds\.dit$/i
    and not filepath iendswith "\\Windows\\NTDS"
    and not filepath icontains "\\Windows\\System32"
    and not filepath icontains "\\WinSxS\\"
}
