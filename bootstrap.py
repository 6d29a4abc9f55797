"""One file to start with, standard library only: makes .venv, installs, runs the product.

python3 bootstrap.py demo     the main job on the built-in companies and platforms
python3 bootstrap.py serve    the service on this machine
python3 bootstrap.py run ...  any command of `python -m sync_service ...`
python3 bootstrap.py test     the whole test suite
python3 bootstrap.py prove    the long campaigns (LibreOffice over public workbooks, parities)
python3 bootstrap.py bench    the benchmarks, printed as ratios
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
NEEDED = (3, 11)
VERSION = sys.version.split()[0]
Program = str | Path
# A file's tests share what they built, so files stay whole; tests/branches.py says their order.
PROCESSES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SLOWEST = "--durations=25"  # told at the end: a suite that takes an hour is run by nobody

# What the tests drive for real; the product itself needs none of it.
PROGRAMS: dict[str, Callable[[], bool]] = {
    "libreoffice-calc": lambda: shutil.which("soffice") is not None,
    "python3-uno": lambda: _system_python_has("uno"),
    "libreoffice-script-provider-python": lambda: any(
        Path("/usr").glob("lib*/libreoffice/program/pythonscript.py")
    ),
    "poppler-utils": lambda: shutil.which("pdftoppm") is not None,
    "fonts-noto-cjk": lambda: _font("Noto Sans CJK SC"),
    "chromium": lambda: shutil.which("chromium") is not None,
    "nodejs": lambda: shutil.which("node") is not None,
    "strace": lambda: shutil.which("strace") is not None,
}


def main(words: list[str]) -> int:
    """Run one command; the words after it belong to it."""
    if sys.version_info < NEEDED:
        print(f"Python {NEEDED[0]}.{NEEDED[1]} or newer is needed; this is {VERSION}.")
        return 2
    command, rest = (words[0], words[1:]) if words else ("help", [])
    actions = {
        "demo": lambda: product("demo", *rest),
        "serve": lambda: product("serve", *rest),
        "run": lambda: product(*rest),
        "test": lambda: check(rest),
        "prove": lambda: prove(rest),
        "bench": lambda: bench(rest),
    }
    if command not in actions:
        print(__doc__)
        return 0 if command in {"help", "-h", "--help"} else 2
    return actions[command]()


def product(*words: str) -> int:
    """A command of the product."""
    install("requirements.txt")
    return run(PYTHON, "-m", "sync_service", *words)


def check(words: list[str]) -> int:
    """Style, types and tests; fails when a program that the tests drive is missing."""
    if not install_programs():
        return 1
    install("requirements-dev.txt")
    return max(run(*step) for step in steps(words))


def steps(words: list[str]) -> list[list[Program]]:
    """What `test` runs; the whole suite must reach every branch of what pyproject.toml names.

    A choice of tests (`words`) cannot, and is not asked to.
    """
    coverage = [] if words else ["--cov", "--cov-report=term-missing:skip-covered"]
    return [
        [PYTHON, "-m", "ruff", "check", "."],
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        [PYTHON, "-m", "mypy"],
        [PYTHON, "-m", "pytest", "-q", *PROCESSES, SLOWEST, *coverage, *words],
    ]


def prove(words: list[str]) -> int:
    """The long campaigns: hours are allowed here."""
    if not install_programs():
        return 1
    install("requirements-dev.txt")
    return run(PYTHON, "-m", "pytest", "-q", "-m", "prove", *words)


def bench(words: list[str]) -> int:
    """The benchmarks; peers that are not installed are named as absent."""
    install("requirements-dev.txt")
    return run(PYTHON, "-m", "bench.run", *words)


def install(requirements: str) -> None:
    """Make .venv and install the pinned packages; a second call with the same pins does nothing."""
    wanted = _stamp(requirements)
    have = STAMP.read_text(encoding="utf-8").split() if STAMP.exists() else []
    if wanted in have and PYTHON.exists():
        return
    if not PYTHON.exists():
        print(f"Making {VENV.name} with Python {VERSION} ...", flush=True)
        venv.create(VENV, with_pip=True)
    print(f"Installing {requirements} (pip's own index settings are used) ...", flush=True)
    pip: list[Program] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if run(*pip, "--require-hashes", "-r", ROOT / requirements):
        raise SystemExit(
            f"{requirements} could not be installed. Check the connection, or set a mirror with"
            " `pip config set global.index-url <address>`, and run the same command again."
        )
    STAMP.write_text("\n".join({*have, wanted}) + "\n", encoding="utf-8")


def install_programs() -> bool:
    """Install what the tests drive, where that can be done without a question (root on Debian)."""
    missing = [name for name, there in PROGRAMS.items() if not there()]
    if not missing:
        return True
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        print(
            f"The tests need these programs: {', '.join(missing)}. Install them:\n  sudo {command}"
        )
        return False
    print(f"Installing what the tests need: {', '.join(missing)} ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=quiet)
    if run(*command.split(), "-qq", env=quiet, quiet=True):
        print(f"That failed. Run it yourself and look at its message:\n  {command}")
        return False
    return True


def run(*words: Program, env: dict[str, str] | None = None, quiet: bool = False) -> int:
    """Run a program in the project's folder and give its exit code."""
    out = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(
            [str(w) for w in words], cwd=ROOT, env=env, stdout=out, check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


def _stamp(requirements: str) -> str:
    pins = (ROOT / requirements).read_bytes()
    return hashlib.sha256(pins + sys.version.encode()).hexdigest()


def _system_python_has(module: str) -> bool:
    python = Path("/usr/bin/python3")
    return python.exists() and run(python, "-c", f"import {module}", quiet=True) == 0


def _font(family: str) -> bool:
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    found = subprocess.run([listing, family], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
