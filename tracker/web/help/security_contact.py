"""Where to report a weakness: `/.well-known/security.txt` of RFC 9116. Open to all, and asks no database."""

import re
from datetime import timedelta

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from tracker.clock import real_now
from tracker.web.http.context import current_settings

bp = Blueprint("security_contact", __name__)

_HOLDS_FOR = timedelta(days=180)  # the RFC wants less than a year
_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:]+")
_PAGE = re.compile(r"https://[^\s<>]+")
_NUMBER = re.compile(r"\+[0-9][0-9 ()-]{5,20}[0-9]")
_PATH = "/.well-known/security.txt"


@bp.get(_PATH)
def show() -> Response:
    """Whom `TRACKER_CONTACT` names, for half a year from today; 404 where that is nobody."""
    settings = current_settings()
    contact = contact_of(settings.contact)
    if not contact:
        raise NotFound
    expires = (real_now() + _HOLDS_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: sv, en"]
    if settings.public_url.startswith("https://"):
        lines.append(f"Canonical: {settings.public_url.rstrip('/')}{_PATH}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def contact_of(text: str) -> str:
    """The address in the text as the file wants it, an e-mail before a page before a number; empty without any."""
    if found := _EMAIL.search(text):
        return f"mailto:{found[0].rstrip('.')}"
    if found := _PAGE.search(text):
        return found[0].rstrip(".,)")
    if found := _NUMBER.search(text):
        return "tel:" + re.sub(r"[ ()]+", "-", found[0]).replace("--", "-")
    return ""
