"""The files of the Excel add-in, and its manifest for the address that it is served under.

They are the same for everybody and hold nothing of anybody, so they need no token. Excel on the
web shows the pane in a frame and reads the metadata of the functions from its own pages: only for
these files, and only for its hosts, foreign pages are let in.
"""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, request

from sync_service.web.access import from_office, needs

FOLDER = Path(__file__).resolve().parents[2] / "addin"
BUILT_FOR = "https://localhost:8765"  # the address in the shipped manifest
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
}
FRAMES = (  # every page that Excel on the web stands in
    "https://*.officeapps.live.com https://*.office.com https://*.office365.com "
    "https://*.sharepoint.com https://*.cloud.microsoft https://*.microsoft365.com "
    "https://onedrive.live.com https://teams.microsoft.com"
)
OFFICE_JS = "https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com"
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src 'self' {OFFICE_JS}; "
    f"style-src 'self'; img-src 'self'; connect-src 'self' {OFFICE_JS}; worker-src 'self'; "
    f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {FRAMES}",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-cache",  # asked for again each time: an update shows at once
}
NEVER = ("X-Frame-Options", "Cross-Origin-Opener-Policy")  # they would keep Excel's frame out
addin = Blueprint("addin", __name__, url_prefix="/addin")


def _files() -> dict[str, Path]:
    """Address -> file: these and no others are served."""
    own = {one.name: one for one in (FOLDER / "officejs").iterdir() if one.suffix in TYPES}
    made = {f"generated/{one.name}": one for one in (FOLDER / "generated").glob("*.js*")}
    icons = {f"icons/{one.name}": one for one in (FOLDER / "generated" / "icons").glob("*.png")}
    return own | made | icons


FILES = _files()


@addin.get("/<path:name>")
@needs("open", cost=0.2)  # a pane loads two dozen of them at once
def one_file(name: str) -> Response:
    """A file of the pane."""
    if name not in FILES:
        abort(404)
    path = FILES[name]
    answer = Response(path.read_bytes(), mimetype=TYPES[path.suffix])
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@addin.get("/manifest.xml")
@needs("open")
def manifest() -> Response:
    """What Excel is given to know the add-in, for the address that was asked."""
    text = (FOLDER / "generated" / "manifest.xml").read_text(encoding="utf-8")
    own = re.sub(r"^http:", "https:", request.host_url.rstrip("/"))
    answer = Response(text.replace(BUILT_FOR, own), mimetype="application/xml")
    answer.headers["Content-Disposition"] = 'attachment; filename="linkstar-kpi.xml"'
    return answer


@addin.after_request
def _let_in(answer: Response) -> Response:
    """Excel on the web may read these files from its own pages, also on this machine."""
    origin = request.headers.get("Origin", "")
    answer.headers["Vary"] = "Origin"
    if from_office(origin):
        answer.headers["Access-Control-Allow-Origin"] = origin
        if request.headers.get("Access-Control-Request-Private-Network") == "true":
            answer.headers["Access-Control-Allow-Private-Network"] = "true"
    return answer
