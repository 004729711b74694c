; Inno Setup 6 makes the Windows installer of this: ISCC installer\mingqing.iss /DVersion=0.1.0
[Setup]
AppId={{5B0E7C4A-53C1-4B6C-9D0B-2E9D8E1F7A61}
AppName=民情地图
AppVersion={#Version}
DefaultDirName={autopf}\Mingqing
DefaultGroupName=民情地图
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
OutputDir=..\dist
OutputBaseFilename=mingqing-{#Version}-windows-setup
Compression=lzma2
SolidCompression=yes

[Files]
Source: "..\dist\mingqing\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\民情地图"; Filename: "{app}\民情地图.exe"
Name: "{autodesktop}\民情地图"; Filename: "{app}\民情地图.exe"
