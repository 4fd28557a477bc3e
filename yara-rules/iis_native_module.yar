// SPDX-License-Identifier: Apache-2.0
// Backdoors implemented as IIS modules. Every native module exports RegisterModule and contains
// messages of its base class, so a rule must require more than that.

private rule IIS_Native_Module {
  meta:
    description = "A native IIS module, legitimate or not"
    author = "coldsweep"
    reference = "https://www.welivesecurity.com/2021/08/06/anatomy-native-iis-malware/"
    date = "2026-11-25"
    id = "a96a1238-39fd-43c1-bf3d-3a5d59a680f0"
    license = "Apache-2.0"
  strings:
    $export = "RegisterModule\x00" ascii
    $base1 = "CHttpModule::On" ascii wide
    $base2 = "CGlobalModule::On" ascii wide
  condition:
    filesize < 16MB
    and uint16(0) == 0x5A4D
    and $export
    and 1 of ($base*)
}

rule BACKDOOR_IIS_Raid {
  meta:
    description = "Native IIS module that takes commands from HTTP headers and collects credentials, like IIS-Raid"
    author = "coldsweep"
    reference = "https://www.welivesecurity.com/2021/08/06/anatomy-native-iis-malware/"
    date = "2026-11-25"
    score = 92
    mitre = "T1505.004"
    id = "c137c213-790b-42c7-bf95-9927fe5fc97d"
    license = "Apache-2.0"
  strings:
    $header1 = "X-Chrome-Variations" ascii wide
    $header2 = "COM_InterProt" ascii wide
    $header3 = "X-FFEServer" ascii wide
    $header4 = "XXXYYY-Ref" ascii wide
    $file1 = "\\Windows\\Temp\\creds.db" nocase ascii wide
    $file2 = "\\Windows\\Temp\\thumbs.db" nocase ascii wide
    $file3 = "AAD30E0F.tmp" nocase ascii wide
    $command1 = "CMD|" ascii
    $command2 = "PIN|" ascii
    $command3 = "INJ|" ascii
    $command4 = "DMP|" ascii
  condition:
    IIS_Native_Module
    and (1 of ($header*) or 1 of ($file*) or 3 of ($command*))
}

rule BACKDOOR_IIS_IISpy {
  meta:
    description = "Native IIS module that is controlled through names of form fields and replies in a PNG, like IISpy"
    author = "coldsweep"
    reference = "https://www.welivesecurity.com/2021/08/06/anatomy-native-iis-malware/"
    date = "2026-11-25"
    score = 90
    mitre = "T1505.004"
    id = "48d9ed92-dac0-4e3d-88d1-daed9db85664"
    license = "Apache-2.0"
  strings:
    $field1 = "/credential/username" ascii wide
    $field2 = "/credential/password" ascii wide
    $field3 = "/computer/domain" ascii wide
    $field4 = "/cmd/run" ascii wide
  condition:
    IIS_Native_Module
    and 1 of ($field*)
}

rule SUSP_IIS_Module_Command {
  meta:
    description = "Native IIS module that runs a command interpreter through pipes or takes commands from a header"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/004/"
    date = "2026-11-25"
    score = 58
    mitre = "T1505.004"
    id = "121e30d4-d251-463c-9716-fed084e4e48f"
    license = "Apache-2.0"
  strings:
    $shell1 = "cmd.exe" nocase ascii wide
    $shell2 = "powershell.exe" nocase ascii wide
    $pipe = "CreatePipe" ascii
    $process1 = "CreateProcessA" ascii
    $process2 = "CreateProcessW" ascii
    $process3 = "CreateProcessWithTokenW" ascii
  condition:
    IIS_Native_Module
    and 1 of ($shell*)
    and $pipe
    and 1 of ($process*)
}
