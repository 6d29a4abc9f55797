@echo off
rem Double click: installs what is needed on the first run, then starts the service.
cd /d "%~dp0"
where py >nul 2>nul
if %errorlevel%==0 (py -3 bootstrap.py serve) else (python bootstrap.py serve)
pause
