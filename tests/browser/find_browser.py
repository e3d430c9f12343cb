"""Finds a Chrome or Chromium for the browser tests; run as a module it proves it, and installs one where it can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The shell comes first: it draws pages without a browser's own windows, so that the tests take two thirds of the time.
SHELL = "chromium-headless-shell"
NAMES = (
    SHELL,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DEBIAN = (SHELL, "fonts-liberation", "libatomic1")  # the last for Playwright's driver
# As root and in containers there is no sandbox and little shared memory; the rest keeps the browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = """\
The browser tests need Chrome or Chromium, and none was found that starts.
Install one (Debian: apt-get install chromium), or name its program: CHROME_PATH=/path/to/chrome make test"""


def find() -> Path | None:
    """The program that CHROME_PATH names, else one that is installed; none for Playwright's own download."""
    if named := os.environ.get("CHROME_PATH"):
        return Path(named)
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def problem() -> str:
    """Why the browser does not start; empty when it does."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=find(), args=FLAGS).close()
    except Exception as error:  # noqa: BLE001 - bare ones are raised when Playwright's own driver does not start
        return str(error)
    return ""


def install() -> None:
    """Installs Debian's as root on Debian, else lets Playwright download its own where there is none; both may fail."""
    if Path("/etc/debian_version").exists() and os.geteuid() == 0:
        print(f"Installing Debian's packages {' '.join(DEBIAN)}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        steps = (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *DEBIAN])
        if all(subprocess.run(["apt-get", *step], env=environment, check=False).returncode == 0 for step in steps):
            return
    if problem():
        print("No Chrome or Chromium starts: downloading Playwright's own", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if not os.environ.get("CHROME_PATH") and (not shutil.which(SHELL) or problem()):
        install()
    if found := problem():
        sys.exit(f"{found}\n{MISSING}")
    print(f"Browser: {find() or 'the one that Playwright downloaded'}")


if __name__ == "__main__":
    main()
