"""Where and with what was measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path


def machine(packages: Sequence[str] = ()) -> dict[str, object]:
    """Say where and with what was measured; `loaded` when half the cores were busy already."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": _cpu_name(),
        "cores": cores,
        "memory_gb": round(_memory_bytes() / 2**30, 1),
        "load": round(load, 2),
        "loaded": load > cores / 2,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "packages": {name: _package_version(name) for name in packages},
    }


def machine_line(told: Mapping[str, object]) -> str:
    """Give the machine in one line."""
    packages = told["packages"]
    assert isinstance(packages, dict)  # noqa: S101 - made by `machine`
    versions = ", ".join(f"{name} {version}" for name, version in packages.items())
    return (
        f"{told['date']}: {told['cpu']}, {told['cores']} cores, {told['memory_gb']} GB, "
        f"load {told['load']}{' LOADED' if told['loaded'] else ''}, {told['system']}, "
        f"Python {told['python']}{', ' + versions if versions else ''}"
    )


def _cpu_name() -> str:
    """Give the processor's own name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    """Give the machine's memory; 0 where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _package_version(name: str) -> str:
    """Give an installed version, or say that there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
