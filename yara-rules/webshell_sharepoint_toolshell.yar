// SPDX-License-Identifier: Apache-2.0
// ToolShell (CVE-2025-53770): a page in SharePoint's LAYOUTS that only prints the machine keys. The
// attacker can then sign any later request. It is normal that the page runs no command.

rule WEBSHELL_ASPX_MachineKey_Printer {
  meta:
    description = "Page that prints the server's machine keys, as spinstall0.aspx does on SharePoint"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 92
    cve = "CVE-2025-53770"
    id = "e2f82492-b908-41dd-8d2d-d16d7cc6aa48"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|import|webhandler)\s[^%\\]{1,400}%>/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $section = "MachineKeySection" ascii wide
    $config = "GetApplicationConfig" ascii wide
    $key1 = /\.ValidationKey[^\w]/ ascii wide
    $key2 = /\.DecryptionKey[^\w]/ ascii wide
    $write = /response\s{0,16}\.\s{0,16}write\s{0,16}\(/ nocase ascii wide
  condition:
    filesize < 32KB
    and 1 of ($page*)
    and $section
    and 1 of ($key*)
    and ($config or $write)
}

rule WEBSHELL_ASPNET_Compiled_MachineKey {
  meta:
    description = "Compiled page that reads the server's machine keys: the compiled form of spinstall0.aspx"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 92
    cve = "CVE-2025-53770"
    id = "0bd8405a-4f8f-40b5-a558-aee86affff23"
    license = "Apache-2.0"
  strings:
    $name = "App_Web_" ascii wide
    $section = "MachineKeySection" ascii wide
    $config = "GetApplicationConfig" ascii wide
    $key = /get_(Validation|Decryption)Key/ ascii
    $path = /\/_layouts\/(1[56]\/)?(spinstall|ghostfile)\w{0,8}\.aspx/ nocase ascii wide
  condition:
    filesize < 128KB
    and uint16(0) == 0x5A4D
    and (
      ($section and $config and ($name or $path) and ($key or $path))
      or ($name and $path)
    )
}

rule SUSP_ASPNET_Compiled_ToolShell_Path {
  meta:
    description = "Record of a compiled page in SharePoint's LAYOUTS with a name used by ToolShell"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 88
    cve = "CVE-2025-53770"
    id = "6db9861a-b8dc-493c-837d-646eb4a456e1"
    license = "Apache-2.0"
  strings:
    $preserve = /<preserve\s{1,16}resulttype\s{0,16}=/ nocase ascii wide
    $path = /virtualpath\s{0,16}=\s{0,16}["']\/_layouts\/(1[56]\/)?(spinstall\w{0,3}|ghostfile\d{0,6})\.aspx["']/ nocase ascii wide
  condition:
    filesize < 16KB
    and all of them
}

// The output of the page, as saved by attackers and their scripts (debug_dev.js).
rule CRED_MachineKey_Dump {
  meta:
    description = "Machine keys of an ASP.NET server in one line: validation key, decryption key and algorithms, as printed by ToolShell's page"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 82
    cve = "CVE-2025-53770"
    id = "ed517772-c7f4-47e3-8ec8-6244dd9c19f1"
    license = "Apache-2.0"
  strings:
    $line = /[0-9A-F]{40}\|(HMACSHA(256|384|512)|SHA1|MD5|AES|3DES|Custom)\|[0-9A-F]{32,64}\|(Auto|AES|3DES|DES)\|Framework(45|20SP1|20SP2)/ ascii wide
  condition:
    filesize < 16MB
    and $line
}

// A script that searches web.config for the keys and saves them where they can be downloaded.
rule HKTL_Script_MachineKey_Collector {
  meta:
    description = "Script that reads machineKey from web.config files and writes it to a file below SharePoint's LAYOUTS"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 80
    cve = "CVE-2025-53770"
    id = "bf9f3127-0d31-4b99-91fc-23930be42a84"
    license = "Apache-2.0"
  strings:
    $key1 = /<machinekey[^>]{0,20}/ nocase ascii wide
    $key2 = /machinekey[^\r\n]{0,80}validationkey/ nocase ascii wide
    $target = /(web server extensions|WEBSER~1)\\{1,2}1[56]\\{1,2}TEMPLATE\\{1,2}LAYOUTS\\{1,2}[\w.]{1,40}\.(js|css|txt|aspx|log)/ nocase ascii wide
    $write1 = "Out-File" nocase ascii wide
    $write2 = "Set-Content" nocase ascii wide
    $write3 = "Add-Content" nocase ascii wide
    $write4 = "WriteAllText" nocase ascii wide
    $write5 = /(echo|type|findstr)[^\r\n]{1,200}>[^\r\n]{0,8}\\LAYOUTS\\/ nocase ascii wide
    $config = "web.config" nocase ascii wide
  condition:
    filesize < 256KB
    and 1 of ($key*)
    and $target
    and 1 of ($write*)
    and $config
}

// The command that the worker process runs, as plain text and as the argument of powershell
// -EncodedCommand.
rule HKTL_PS1_ToolShell_Dropper {
  meta:
    description = "PowerShell that decodes a base64 page into SharePoint's LAYOUTS, as plain text or as an encoded command"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    date = "2026-11-25"
    score = 88
    cve = "CVE-2025-53770"
    id = "fb4c3870-18b0-4f46-9a24-61eb61a5240c"
    license = "Apache-2.0"
  strings:
    $plain_target = /(web server extensions|WEBSER~1)\\{1,2}1[56]\\{1,2}TEMPLATE\\{1,2}LAYOUTS\\{1,2}[\w.]{1,40}\.(aspx|ashx|asmx)/ nocase ascii wide
    $plain_decode = /(\[(system\.)?convert\]::)?frombase64string\s{0,16}\(/ nocase ascii wide
    $plain_write1 = "Out-File" nocase ascii wide
    $plain_write2 = "Set-Content" nocase ascii wide
    $plain_write3 = "WriteAllText" nocase ascii wide
    $plain_write4 = "WriteAllBytes" nocase ascii wide
    $encoded_target = "TEMPLATE\\LAYOUTS" wide base64 base64wide
    $encoded_decode = "FromBase64String" wide base64 base64wide
  condition:
    filesize < 16MB
    and (
      ($encoded_decode and $encoded_target)
      or (filesize < 1MB and $plain_target and $plain_decode and 1 of ($plain_write*))
    )
}
