; The installer for Windows: for one person, without administrator's rights. It leaves the library alone when it removes the program.
Unicode true
!include "MUI2.nsh"

Name "Pixel Detective"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Pixel Detective"
InstallDirRegKey HKCU "Software\Pixel Detective" "folder"
SetCompressor /SOLID lzma

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Pixel Detective"
!define MUI_ICON "${TREE}\pixel-detective.ico"
!define MUI_UNICON "${TREE}\pixel-detective.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\pixel-detective-window.exe"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${TREE}\doc\copyright"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Section "Pixel Detective"
  SetOutPath "$INSTDIR"
  File "${TREE}\pixel-detective.exe"
  File "${TREE}\pixel-detective-window.exe"
  File "${TREE}\pixel-detective-worker.exe"
  File "${TREE}\libvips-42.dll"
  File "${TREE}\pixel-detective.ico"
  SetOutPath "$INSTDIR\lib"
  File "${TREE}\lib\onnxruntime.dll"
  SetOutPath "$INSTDIR\models"
  File /r "${TREE}\models\*.*"
  SetOutPath "$INSTDIR\doc"
  File /r "${TREE}\doc\*.*"
  SetOutPath "$INSTDIR"
  CreateShortcut "$SMPROGRAMS\Pixel Detective.lnk" "$INSTDIR\pixel-detective-window.exe" "" "$INSTDIR\pixel-detective.ico"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\Pixel Detective" "folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Pixel Detective"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\pixel-detective.ico"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  IfFileExists "$SYSDIR\vcruntime140_1.dll" +2
    MessageBox MB_OK|MB_ICONINFORMATION "Pixel Detective needs Microsoft's Visual C++ redistributable (2015 or later, x64) to look at photos. It is not on this computer yet. Until it is, photos are found by their names only."
SectionEnd

Section "Uninstall"
  Delete "$SMPROGRAMS\Pixel Detective.lnk"
  Delete "$INSTDIR\pixel-detective.exe"
  Delete "$INSTDIR\pixel-detective-window.exe"
  Delete "$INSTDIR\pixel-detective-worker.exe"
  Delete "$INSTDIR\libvips-42.dll"
  Delete "$INSTDIR\pixel-detective.ico"
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\models"
  RMDir /r "$INSTDIR\doc"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Pixel Detective"
SectionEnd
