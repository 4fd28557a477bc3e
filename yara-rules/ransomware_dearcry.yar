// SPDX-License-Identifier: Apache-2.0
// DearCry (DoejoCrypt), which was installed through web shells of the Exchange attacks in March
// 2021.

rule RANSOM_DearCry_Executable {
  meta:
    description = "The DearCry encryptor"
    author = "coldsweep"
    reference = "https://www.acronis.com/en-us/cyber-protection-center/posts/dearcry-ransomware-exploits-exchange-server-vulnerability/"
    date = "2026-11-24"
    score = 95
    id = "62902a87-117c-5891-89b3-f8cc8334855a"
    license = "Apache-2.0"
  strings:
    $magic = "DEARCRY!" ascii
    $part1 = "dear!!!" ascii
    $part2 = "create rsa error" ascii
    $part3 = /\\EncryptFile -svcV2\\[^\x00]{0,80}EncryptFile(\.exe)?\.pdb/ nocase ascii
    $part4 = ".CRYPT" ascii
    $part5 = "msupdate" ascii wide
    $part6 = "/readme.txt" ascii
  condition:
    filesize < 8MB
    and uint16(0) == 0x5A4D
    and $magic
    and 2 of ($part*)
}

// A text may begin with this word. In an encrypted file a key and ciphertext follow it.
rule RANSOM_DearCry_EncryptedFile {
  meta:
    description = "A file that DearCry encrypted"
    author = "coldsweep"
    reference = "https://cyberint.com/blog/research/dearcry-ransomware-microsoft-exchange-exploited/"
    date = "2026-11-24"
    score = 80
    id = "8f609f8e-cbb4-5168-9d22-c3eb308d4b6a"
    license = "Apache-2.0"
  strings:
    $magic = "DEARCRY!" ascii
  condition:
    filesize > 64
    and $magic at 0
    and for any i in (8..63) : (uint8(i) > 0x7E or uint8(i) < 0x09)
}
