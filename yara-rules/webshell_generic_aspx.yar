// SPDX-License-Identifier: Apache-2.0
// ASP.NET pages of any author that run commands, write files or apply style sheets from the
// request.

rule WEBSHELL_ASPX_Generic_Command {
  meta:
    description = "ASP.NET page that starts a command interpreter with a request value"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 75
    mitre = "T1505.003"
    id = "8fc28541-3569-4935-b1df-f732bbe8d8b6"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)[^%\\]{1,400}%>/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $start = /[^\w](processstartinfo|process\s{0,16}\.\s{0,16}start\s{0,16}\(|startinfo\s{0,16}\.\s{0,16}filename\s{0,16}=)/ nocase ascii wide
    $shell = /["'@](cmd(\.exe)?|c:\\{1,2}windows\\{1,2}system32\\{1,2}cmd\.exe|powershell(\.exe)?)["']/ nocase ascii wide
    $request = /[^\w]request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*(item|form|querystring|params|cookies|headers)(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["'][^"'\\\r\n]{1,64}["'](\s|\/\*[^*]*\*\/)*[\])]/ nocase ascii wide
    $argument = /[^\w](arguments\s{0,16}=\s{0,16}|process\s{0,16}\.\s{0,16}start\s{0,16}\()[^;\\\r\n]{0,40}["']@?\/c[ "']/ nocase ascii wide
    $written = /[^\w]standardinput\s{0,16}\.\s{0,16}write(line)?\s{0,16}\(/ nocase ascii wide
    $control = /arguments\s{0,16}=[^;\r\n]{0,60}\.text[\s;)&]/ nocase ascii wide
    $output = /redirectstandardoutput\s{0,16}=\s{0,16}true/ nocase ascii wide
  condition:
    filesize < 256KB
    and 1 of ($page*)
    and $start
    and (
      ($shell and ($argument or $written) and ($request or $control))
      or ($control and $output)
    )
}

rule WEBSHELL_ASPX_Generic_WriteFile {
  meta:
    description = "ASP.NET page that writes a request value to a file named in the request"
    author = "coldsweep"
    reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
    date = "2026-11-25"
    score = 82
    mitre = "T1505.003"
    id = "57fc6ebf-8fce-4416-a631-cbe4a0c89eec"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $writer = /new\s{1,8}(system(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*io(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*)?(streamwriter|filestream)(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,80}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["'][^"'\\\r\n]{1,64}["']/ nocase ascii wide
    $write = /\.(\s|\/\*[^*]*\*\/)*write(line)?(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,120}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["'][^"'\\\r\n]{1,64}["']/ nocase ascii wide
    $all = /file(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*write(alltext|allbytes)(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,80}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(](\s|\/\*[^*]*\*\/)*["'][^"'\\\r\n]{1,64}["'][^;\\\r\n]{1,80}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(]/ nocase ascii wide
  condition:
    filesize < 16KB
    and 1 of ($page*)
    and (($writer and $write) or $all)
}

rule SUSP_ASPX_Small_Uploader {
  meta:
    description = "Tiny ASP.NET page that saves an uploaded file under a name from the request"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 50
    mitre = "T1505.003"
    id = "ecccfcd8-1f46-4da6-87d8-d9066f9ec24c"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $files = /request(\s|\/\*[^*]*\*\/)*\.(\s|\/\*[^*]*\*\/)*files(\s|\/\*[^*]*\*\/)*[\[(](\s|\/\*[^*]*\*\/)*(0|["'])/ nocase ascii wide
    $save = /\.(\s|\/\*[^*]*\*\/)*saveas(\s|\/\*[^*]*\*\/)*\([^;\r\n]{0,160}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*(item|form|querystring|params|files)(\s|\/\*[^*]*\*\/)*)?[\[(]/ nocase ascii wide
  condition:
    filesize < 3KB
    and 1 of ($page*)
    and $files
    and $save
}

// DropHell and similar shells: the style sheet contains C# or JScript, which the transformation
// runs.
rule WEBSHELL_ASPX_XSL_Transform {
  meta:
    description = "ASP.NET page that applies an XSL style sheet from the request, which can contain scripts"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 90
    mitre = "T1505.003"
    id = "06cf7187-228b-4445-85d6-acc0ea6cdd36"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}(page|webhandler|webservice|language)/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $load = /\.(\s|\/\*[^*]*\*\/)*loadxml(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,160}frombase64string(\s|\/\*[^*]*\*\/)*\([^;\\\r\n]{0,80}request(\s|\/\*[^*]*\*\/)*(\.(\s|\/\*[^*]*\*\/)*\w{1,16}(\s|\/\*[^*]*\*\/)*)?[\[(]/ nocase ascii wide
    $transform = /\.(\s|\/\*[^*]*\*\/)*transform(\s|\/\*[^*]*\*\/)*\(/ nocase ascii wide
    $class = "XslCompiledTransform" nocase ascii wide
  condition:
    filesize < 32KB
    and 1 of ($page*)
    and $load
    and ($transform or $class)
}

rule WEBSHELL_ASPX_FileExplorer {
  meta:
    description = "ASP.NET file manager that was dropped on Exchange servers: its colour and the code that sends file content"
    author = "coldsweep"
    reference = "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"
    date = "2026-11-25"
    score = 85
    mitre = "T1505.003"
    id = "7bccccca-115a-4db2-8665-2d0cf0e53155"
    license = "Apache-2.0"
  strings:
    $page1 = /<%\s{0,16}@\s{0,16}page\s[^%\\]{1,400}%>/ nocase ascii wide
    $page2 = /runat\s{0,16}=\s{0,16}["']?server/ nocase ascii wide
    $colour = "#778899" ascii wide
    $send = /encodeuricomponent\s{0,16}\(\s{0,16}btoa\s{0,16}\(\s{0,16}string\s{0,16}\.\s{0,16}fromcharcode/ nocase ascii wide
  condition:
    filesize < 256KB
    and 1 of ($page*)
    and $colour
    and $send
}
