@echo off
rem Builds what has changed, then runs the shop command (tools\Shop).
setlocal
set root=%~dp0
if not exist "%root%.shop\state.json" (
  dotnet build "%root%DaprShop.sln" -c Release -v q -nologo || exit /b 1
)
"%root%artifacts\bin\Shop\release\shop.exe" %*
exit /b %errorlevel%
