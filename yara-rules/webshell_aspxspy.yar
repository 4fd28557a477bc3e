// SPDX-License-Identifier: Apache-2.0
// ASPXSpy, a large page with a file manager, commands, databases and port forwarding. Its controls
// begin with Bin_.

rule WEBSHELL_ASPX_ASPXSpy {
  meta:
    description = "ASPXSpy: the names of its controls and actions"
    author = "coldsweep"
    reference = "https://attack.mitre.org/software/S0073/"
    date = "2026-11-25"
    score = 92
    mitre = "S0073"
    id = "e67817ae-6ca8-4d3f-a365-8d584347c6e9"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}page/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $action1 = /[^\w]Bin_PostBack\s{0,16}\(/ ascii wide
    $action2 = /[^\w]Bin_(Files?|FileList|List|Path|Cmd|Cmdshell|Exec|Action|Error|Msg|Login|Logout)\s{0,16}[(\["'=.;]/ ascii wide
    $control = /[^\w]id\s{0,16}=\s{0,16}["']?Bin_\w{2,40}["']?[\s>]/ nocase ascii wide
    $named = /[^\w]ASPXSpy(2014)?[^\w"]/ nocase ascii wide
  condition:
    filesize < 512KB
    and 1 of ($page*)
    and (
      (#control > 5 and 1 of ($action*))
      or (all of ($action*) and ($control or $named))
      or #action1 > 5
    )
}
