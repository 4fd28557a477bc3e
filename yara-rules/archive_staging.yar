// SPDX-License-Identifier: Apache-2.0
// Data packed for exfiltration: names in archive headers, which compression does not hide.

rule SUSP_CAB_Recon_Bundle {
  meta:
    description = "Cabinet with registry hives and the output of reconnaissance commands, as collected on Exchange servers in 2021"
    author = "coldsweep"
    reference = "https://discuss.elastic.co/t/detection-and-response-for-hafnium-activity/266289/3"
    date = "2026-11-25"
    score = 85
    mitre = "T1560.001"
    id = "8e1cbf64-b651-43a6-9129-6ef8f23a54b3"
    license = "Apache-2.0"
  strings:
    $text1 = "\x00ip.txt\x00" nocase ascii
    $text2 = "\x00arp.txt\x00" nocase ascii
    $text3 = /\x00(netstat|tasklist|systeminfo|whoami|route|net|netview|users?|domain|dc|admins?|process|services?)\.txt\x00/ nocase ascii
    $hive1 = /\x00system(\.hiv|\.hive|\.save|\.sav|\.bak)?\x00/ nocase ascii
    $hive2 = /\x00security(\.hiv|\.hive|\.save|\.sav|\.bak)?\x00/ nocase ascii
    $hive3 = /\x00sam(\.hiv|\.hive|\.save|\.sav|\.bak)?\x00/ nocase ascii
  condition:
    filesize < 64MB
    and uint32be(0) == 0x4D534346
    and (
      (for any of ($hive*) : ($ in (0..4096)) and for any of ($text*) : ($ in (0..4096)))
      or for all of ($text1, $text2) : ($ in (0..4096))
      or for 2 of ($hive*) : ($ in (0..4096))
    )
}

rule SUSP_ZIP_Recon_Bundle {
  meta:
    description = "ZIP archive with registry hives, an LSASS dump or the output of reconnaissance commands"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 72
    mitre = "T1560.001"
    id = "2887ec10-85a3-49fa-8d0e-ebf96b4fb936"
    license = "Apache-2.0"
  strings:
    $text1 = /[^\w](ip|ipconfig|arp)\.txt/ nocase ascii
    $text2 = /[^\w](netstat|tasklist|systeminfo|whoami)\.txt/ nocase ascii
    $text3 = /[^\w](netview|netuser|localgroup|dclist)\.txt/ nocase ascii
    $hive1 = /[^\w]system\.(hiv|hive|save|sav)/ nocase ascii
    $hive2 = /[^\w]security\.(hiv|hive|save|sav)/ nocase ascii
    $hive3 = /[^\w]sam\.(hiv|hive|save|sav)/ nocase ascii
    $dump = /[^\w]lsass[\w.\-]{0,24}\.dmp/ nocase ascii
  condition:
    filesize < 512MB
    and uint32be(0) == 0x504B0304
    and (
      (for any of ($hive*) : ($ in (0..64KB)) and for any of ($text*) : ($ in (0..64KB)))
      or for 2 of ($hive*) : ($ in (0..64KB) or $ in (filesize - 64KB..filesize))
      or for all of ($text*) : ($ in (0..64KB))
      or $dump in (0..64KB)
      or $dump in (filesize - 64KB..filesize)
    )
}

rule CRED_Archive_NTDS {
  meta:
    description = "Archive (ZIP, RAR or cabinet) that contains the Active Directory database"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1003/003/"
    date = "2026-11-25"
    score = 80
    mitre = "T1003.003"
    id = "8be89216-5b26-490f-9bbb-4f751f9109d4"
    license = "Apache-2.0"
  strings:
    $name = /ntds\.(dit|zip|bak)/ nocase ascii
  condition:
    filesize > 64
    and (
      uint32be(0) == 0x504B0304
      or uint32be(0) == 0x52617221
      or uint32be(0) == 0x4D534346
    )
    and ($name in (0..4096) or $name in (filesize - 64KB..filesize))
}
