"""Finds the Chromium that the browser tests drive, or gets one; says in one sentence when there is none.

`python -m tests.browser.chromium` is run by `make test` before the tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
MISSING = (
    "No Chromium was found and none could be installed: install one (Debian: apt-get install chromium) "
    "or name it in CHROMIUM=/path/to/chromium."
)


def found() -> str | None:
    """The path of a Chromium on this machine: the one named in CHROMIUM, one on PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    if MAC.exists():
        return str(MAC)
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def get() -> str | None:
    """Find one, or install one: by apt where we may, else by Playwright's own download."""
    path = found()
    if path or os.environ.get("CHROMIUM"):
        return path
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts.insert(0, ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for command in attempts:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        path = found()
        if done.returncode == 0 and path:
            return path
    return None


if __name__ == "__main__":
    if get() is None:
        sys.exit(MISSING)
