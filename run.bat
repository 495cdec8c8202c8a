@echo off
rem Starts the app from a clone, on Windows: makes the environment once, then goes straight to the app.
cd /d "%~dp0"
if not exist .venv\Scripts\python.exe py -3 -m venv .venv || exit /b 1
if not exist .venv\installed (.venv\Scripts\python -m pip install -r requirements.txt && echo done> .venv\installed) || exit /b 1
.venv\Scripts\python -m explorer.cli %*
