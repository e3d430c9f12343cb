"""Finds a Chrome or Chromium for the browser tests; run as a module it installs one where it can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DEBIAN = ("chromium", "fonts-liberation")
MISSING = """\
The browser tests need Chrome or Chromium, and none was found or could be installed.
Install one (Debian: apt-get install chromium), or name its program: CHROME_PATH=/path/to/chrome make test"""


def find() -> Path | None:
    """The program that CHROME_PATH names, one that is installed, or Playwright's own."""
    if named := os.environ.get("CHROME_PATH"):
        return Path(named) if os.access(named, os.X_OK) else None
    for name in (*NAMES, *MAC):
        if found := shutil.which(name):
            return Path(found)
    return _playwrights_own()


def install() -> None:
    """Installs Debian's as root on Debian, else lets Playwright download its own; both may fail."""
    if Path("/etc/debian_version").exists() and os.geteuid() == 0:
        print(f"No Chrome or Chromium found: installing Debian's packages {' '.join(DEBIAN)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *DEBIAN]):
            if subprocess.run(["apt-get", *command], env=environment, check=False).returncode:
                break
        else:
            return
    print("No Chrome or Chromium found: downloading Playwright's own", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _playwrights_own() -> Path | None:
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def main() -> None:
    found = find()
    if found is None and "CHROME_PATH" not in os.environ:
        install()
        found = find()
    if found is None:
        sys.exit(MISSING)
    print(f"Browser: {found}")


if __name__ == "__main__":
    main()
