// SPDX-License-Identifier: Apache-2.0
// applicationHost.config and web.config: they register modules, add virtual directories to a site,
// and turn files into pages.

rule SUSP_IIS_Config_Hidden_VirtualDirectory {
  meta:
    description = "IIS configuration with a virtual directory in a folder where ProxyShell's operators hid pages: a reserved device name, or a nonsense name below ProgramData"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 90
    mitre = "T1564.001"
    id = "61225299-9a53-4310-adf9-9a46fbf5452e"
    license = "Apache-2.0"
  strings:
    $config = /<(system\.applicationHost|virtualDirectory|application)[\s>]/ nocase ascii wide
    $device = /physicalPath\s{0,16}=\s{0,16}["'][^"'\r\n]{2,160}\\(COM[1-9]|LPT[1-9]|CON|AUX|PRN|NUL)(\\[^"'\r\n]{0,160})?["']/ nocase ascii wide
    $nonsense = /physicalPath\s{0,16}=\s{0,16}["'](C:|%SystemDrive%)\\(ProgramData|Users\\All Users)\\(COM\w{0,8}|WHO|ZING|ZOO|XYZ)(\\[^"'\r\n]{0,160})?["']/ nocase ascii wide
  condition:
    filesize < 4MB
    and $config
    and ($device or $nonsense)
}

rule SUSP_IIS_Config_VirtualDirectory_Place {
  meta:
    description = "IIS configuration with a virtual directory below ProgramData, in a user profile or in a temporary folder"
    author = "coldsweep"
    reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
    date = "2026-11-25"
    score = 50
    mitre = "T1505.003"
    id = "d45cc419-c9c9-4bab-abab-ffcc1afc766c"
    license = "Apache-2.0"
  strings:
    $config = "<system.applicationHost" nocase ascii wide
    $place = /<virtualDirectory\s[^>]{0,200}physicalPath\s{0,16}=\s{0,16}["'](C:|%SystemDrive%)\\(ProgramData|Users\\(All Users|Public)|Windows\\Temp|PerfLogs|Temp)\\[^"'\r\n]{1,160}["']/ nocase ascii wide
  condition:
    filesize < 4MB
    and $config
    and $place
}

rule SUSP_IIS_Config_Module_Place {
  meta:
    description = "IIS configuration that registers a native module from a folder where no legitimate program puts one"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/004/"
    date = "2026-11-25"
    score = 78
    mitre = "T1505.004"
    id = "a95638ca-9f06-4243-82be-fb90472e338e"
    license = "Apache-2.0"
  strings:
    $modules = "<globalModules" nocase ascii wide
    $place = /<add\s[^>]{0,200}image\s{0,16}=\s{0,16}["'][^"'\r\n]{0,120}\\(windows\\temp|programdata|users|inetpub|perflogs|appdata|aspnet_client|httpproxy\\(owa|ecp|oab|ews)|\$recycle\.bin|recycler|fonts|debug|tasks|spool|media)\\[^"'\r\n]{1,160}["']/ nocase ascii wide
  condition:
    filesize < 4MB
    and $modules
    and $place
}

// Legitimate third-party modules are below "Program Files".
rule SUSP_IIS_Config_Module_Outside {
  meta:
    description = "IIS configuration that registers a native module from a separate folder below the root of a drive"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/004/"
    date = "2026-11-25"
    score = 45
    mitre = "T1505.004"
    id = "530671ac-1eb1-4e7c-942f-685124e4bfbd"
    license = "Apache-2.0"
  strings:
    $modules = "<globalModules" nocase ascii wide
    $place = /<add\s[^>]{0,200}image\s{0,16}=\s{0,16}["'][a-z]:\\(temp|tmp|tools|data|root|setup|install|iis|web|www|modules?)\\[^"'\r\n]{1,160}["']/ nocase ascii wide
  condition:
    filesize < 4MB
    and $modules
    and $place
}

rule SUSP_IIS_Config_Module_Name {
  meta:
    description = "IIS configuration that registers a native module under a name that backdoors used"
    author = "coldsweep"
    reference = "https://www.welivesecurity.com/2021/08/06/anatomy-native-iis-malware/"
    date = "2026-11-25"
    score = 82
    mitre = "T1505.004"
    id = "57680523-8bb6-463f-92c4-07f835614368"
    license = "Apache-2.0"
  strings:
    $modules = "<globalModules" nocase ascii wide
    $name = /<add\s[^>]{0,200}image\s{0,16}=\s{0,16}["'][^"'\r\n]{0,200}\\(authmd4|cachport|httpapxd|iiscom|iisnet4|svcfilter|httpparser|traffichandler|iis_server_dll|iiswmi|microsoft\.exchange\.clients\.owaauth)\.dll["']/ nocase ascii wide
  condition:
    filesize < 4MB
    and $modules
    and $name
}

rule SUSP_Script_IIS_Module_Install {
  meta:
    description = "Command that installs a native IIS module from an unusual folder or under a name that backdoors used"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/004/"
    date = "2026-11-25"
    score = 68
    mitre = "T1505.004"
    id = "0eb0c8e9-548c-4b2e-a53e-73cf008d5c78"
    license = "Apache-2.0"
  strings:
    $appcmd = /appcmd(\.exe)?["']?\s{1,8}(install|add)\s{1,8}module\s[^\r\n]{0,200}\/image:["']?[^\r\n"']{0,120}(\\(temp|programdata|users|inetpub|perflogs)\\|\\(authmd4|cachport|httpapxd|iiscom|iisnet4|svcfilter|httpparser|traffichandler|iis_server_dll)\.dll)/ nocase ascii wide
    $powershell = /new-webglobalmodule\s[^\r\n]{0,200}-image\s{1,8}["']?[^\r\n"']{0,120}(\\(temp|programdata|users|inetpub|perflogs)\\|\\(authmd4|cachport|httpapxd|iiscom|iisnet4|svcfilter|httpparser|traffichandler|iis_server_dll)\.dll)/ nocase ascii wide
  condition:
    filesize < 32MB
    and ($appcmd or $powershell)
}

rule SUSP_WebConfig_NonPage_Handler {
  meta:
    description = "web.config that lets ASP.NET or ASP run files that are not pages: texts, images or client-side scripts"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 75
    mitre = "T1505.003"
    id = "2a23a9e3-286b-424d-a811-221d3e028eee"
    license = "Apache-2.0"
  strings:
    $handlers = "<handlers" nocase ascii wide
    $page = /<add\s[^>]{0,200}path\s{0,16}=\s{0,16}["'][^"'\r\n]{0,40}\.(txt|log|gif|jpg|jpeg|png|bmp|ico|css|js|json|xml|dat|bak|tmp|woff|ttf|eot|pdf|config)["'][^>]{0,300}(PageHandlerFactory|SimpleHandlerFactory|asp\.dll)/ nocase ascii wide
    $compiler = /<add\s[^>]{0,80}extension\s{0,16}=\s{0,16}["']\.(txt|log|gif|jpg|jpeg|png|bmp|ico|css|js|json|xml|dat|bak|tmp|config)["'][^>]{0,200}PageBuildProvider/ nocase ascii wide
  condition:
    filesize < 256KB
    and (($handlers and $page) or $compiler)
}

rule WEBSHELL_WebConfig_Code {
  meta:
    description = "web.config that contains server-side code and allows itself to run as a page"
    author = "coldsweep"
    reference = "https://attack.mitre.org/techniques/T1505/003/"
    date = "2026-11-25"
    score = 90
    mitre = "T1505.003"
    id = "65e8f9bb-bc34-4c61-ba4a-9334b22a68d5"
    license = "Apache-2.0"
  strings:
    $configuration = "<configuration" nocase ascii wide
    $self = /path\s{0,16}=\s{0,16}["']\*?(web)?\.config["'][^>]{0,300}(asp\.dll|PageHandlerFactory|SimpleHandlerFactory)/ nocase ascii wide
    $code = "<%" ascii wide
  condition:
    filesize < 64KB
    and all of them
}
