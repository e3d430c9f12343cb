"""Style sheets, scripts and icons, at addresses that change with their content."""

import hashlib
from functools import cache

from flask import Blueprint, Flask, Response, current_app, send_from_directory
from flask.typing import ResponseReturnValue

from tracker.config import STATIC

bp = Blueprint("assets", __name__)

FOLDER = STATIC
_A_YEAR_S = 31_536_000


def install(app: Flask) -> None:
    """Serves them, and gives templates `asset(path)`."""
    app.config["ASSETS_DIGEST"] = _digest()
    app.register_blueprint(bp)
    app.add_template_global(address, "asset")


def address(path: str) -> str:
    """The path of a file, also for a host we do not know."""
    return f"/static/{_digest()}/{path}"


@bp.get("/static/<digest>/<path:path>")
def static(digest: str, path: str) -> ResponseReturnValue:
    """The file as it is now. An old address still answers, but is not kept."""
    response = send_from_directory(FOLDER, path)
    if digest == current_app.config["ASSETS_DIGEST"]:
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR_S}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask without being told where it is."""
    response = send_from_directory(FOLDER, "favicon.svg")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _digest() -> str:
    """One for the whole folder, so that files which refer to each other are always of the same version; as they were
    when the process first served them.
    """
    total = hashlib.sha256()
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file():
            total.update(str(file.relative_to(FOLDER)).encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:12]
