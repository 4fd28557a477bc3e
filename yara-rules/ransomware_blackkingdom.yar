// SPDX-License-Identifier: Apache-2.0
// Black Kingdom (Pydomer): Python, packed into a program. Encrypted files have no marker; it only
// leaves a note.

rule RANSOM_BlackKingdom_Program {
  meta:
    description = "The Black Kingdom encryptor: a program packed from Python, or the Python script itself"
    author = "coldsweep"
    reference = "https://news.sophos.com/en-us/2021/03/23/black-kingdom/"
    date = "2026-11-25"
    score = 90
    mitre = "T1486"
    id = "acc041a5-0b4e-49c6-9312-c6975ac3b757"
    license = "Apache-2.0"
  strings:
    $word1 = "BLACLIST" ascii wide
    $word2 = "WOWBICH" ascii wide
    $word3 = "decrypt_file.TxT" nocase ascii wide
    $word4 = /yuuuuu44\.com/ nocase ascii wide
    $word5 = "blackkingdom" nocase ascii wide
    $python1 = "MEIPASS" ascii
    $python2 = "Py_SetProgramName" ascii
    $python3 = "PyInstaller" ascii
    $script1 = /from\s{1,4}Crypto(dome)?\.?\w{0,16}\s{1,4}import/ ascii wide
    $script2 = /import\s{1,4}\w{2,16}/ ascii wide
  condition:
    filesize < 32MB
    and (
      (uint16(0) == 0x5A4D and 2 of ($word*))
      or (uint16(0) == 0x5A4D and 1 of ($word1, $word2, $word4) and 1 of ($python*))
      or ($script1 and $script2 and 2 of ($word1, $word2, $word3, $word4))
    )
}

rule RANSOM_BlackKingdom_Note {
  meta:
    description = "Ransom note of Black Kingdom"
    author = "coldsweep"
    reference = "https://news.sophos.com/en-us/2021/03/23/black-kingdom/"
    date = "2026-11-25"
    score = 85
    mitre = "T1486"
    id = "ea67d688-bf67-42f5-97fb-bd3c94f82b4e"
    license = "Apache-2.0"
  strings:
    $address = /(support_)?blackkingdom\d{0,2}@(protonmail|tutanota)\.\w{2,4}/ nocase ascii wide
    $back = "We Are Back" nocase ascii wide
    $coin1 = "bitcoin" nocase ascii wide
    $coin2 = "BTC" ascii wide
    $encrypted = /(all|your)\s{1,4}files[^\r\n]{0,80}encrypted/ nocase ascii wide
    $id = /gen_?id|decrypt_file|your\s{1,4}id/ nocase ascii wide
  condition:
    filesize < 16KB
    and $address
    and 1 of ($coin*)
    and ($back or $encrypted or $id)
}

rule RANSOM_DearCry_Note {
  meta:
    description = "Ransom note of DearCry: the file readme.txt, which tells the victim to send a hash to two addresses"
    author = "coldsweep"
    reference = "https://cyberint.com/blog/research/dearcry-ransomware-microsoft-exchange-exploited/"
    date = "2026-11-25"
    score = 85
    mitre = "T1486"
    id = "62d26aeb-c645-4055-b300-81649315dbe8"
    license = "Apache-2.0"
  strings:
    $address1 = "konedieyp@airmail.cc" nocase ascii wide
    $address2 = "uenwonken@memail.com" nocase ascii wide
    $send = /send\s{1,4}me\s{1,4}the\s{1,4}following\s{1,4}hash/ nocase ascii wide
    $hash = /following\s{1,4}hash\W{0,16}[0-9a-f]{32}/ nocase ascii wide
  condition:
    filesize < 4KB
    and $send
    and (1 of ($address*) or $hash)
}
