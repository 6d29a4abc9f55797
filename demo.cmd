@echo off
rem Double click: installs what is needed on the first run, then runs the demo.
cd /d "%~dp0"
where py >nul 2>nul && (py -3 bootstrap.py demo) || (python bootstrap.py demo)
pause
