@echo off
rem Double click: installs what is needed on the first run, then starts the service.
cd /d "%~dp0"
where py >nul 2>nul && (py -3 bootstrap.py serve) || (python bootstrap.py serve)
pause
