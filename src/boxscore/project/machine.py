"""Facts about this machine, without a dependency for them."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("boxscore", "numpy", "duckdb", "pillow", "fastapi", "uvicorn", "click")


def system_facts() -> dict[str, dict[str, str]]:
    """Headings, each with named facts, as text."""
    return {
        "System": {
            "System": platform.system(),
            "Release": platform.release(),
            "Machine": platform.machine(),
            "Processor": platform.processor() or "unknown",
            "Python": platform.python_version(),
        },
        "CPU": {"Cores": str(os.cpu_count() or "unknown"), "Usable cores": str(_usable())},
        "Memory": {name: f"{size / 1024**3:.2f}GB" for name, size in _memory().items()},
        "Packages": {name: _version(name) for name in PACKAGES},
    }


def _usable() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> dict[str, int]:
    page = os.sysconf("SC_PAGE_SIZE")
    total = os.sysconf("SC_PHYS_PAGES") * page
    if "SC_AVPHYS_PAGES" not in os.sysconf_names:
        return {"Total": total}
    free = os.sysconf("SC_AVPHYS_PAGES") * page
    return {"Total": total, "Available": free, "Used": total - free}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
