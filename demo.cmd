@echo off
rem Double click: installs what is needed on the first run, then runs the demo.
cd /d "%~dp0"
where py >nul 2>nul
if %errorlevel%==0 (py -3 bootstrap.py demo) else (python bootstrap.py demo)
pause
