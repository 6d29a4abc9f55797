"""The add-in's files over HTTP: open to Excel's own pages and to nobody else's; no other file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync_service.web.addin import FILES
from tests.service_support import Service, service

EXCEL = "https://excel.officeapps.live.com"
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("service")) as made:
        yield made


def test_every_file_of_the_pane_is_served_with_its_type(one: Service) -> None:
    for name, path in FILES.items():
        one.clock.jump(1)
        answer = one.web.get(f"/addin/{name}")
        assert answer.status_code == 200, name
        assert answer.data == path.read_bytes()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {"pane.html", "pane.js", "generated/functions.js", "icons/kpi-32.png"} <= set(FILES)


@pytest.mark.parametrize(
    "name",
    [
        "../bootstrap.py", "..%2fbootstrap.py", "build.py", "generated/../build.py", "nothing.js",
        "generated/", "", "/etc/passwd", "officejs/pane.js", "__init__.py",
    ],
)  # fmt: skip
def test_nothing_else_is(one: Service, name: str) -> None:
    one.clock.jump(1)
    assert one.web.get(f"/addin/{name}", follow_redirects=True).status_code == 404


def test_the_pane_stands_in_excels_frame_and_in_no_other(one: Service) -> None:
    answer = one.web.get("/addin/pane.html")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://*.officeapps.live.com" in policy
    assert "script-src 'self' https://appsforoffice.microsoft.com" in policy
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in answer.headers
    assert one.web.get("/").headers["X-Frame-Options"] == "DENY"
    assert one.web.get("/addin/nothing").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "status", "allowed"),
    [
        pytest.param({"Origin": EXCEL, **ELSEWHERE}, 200, EXCEL, id="Excel on the web"),
        pytest.param({"Origin": "https://a-b.sharepoint.com"}, 200, "https://a-b.sharepoint.com",
                     id="a team's own site"),
        pytest.param(ELSEWHERE, 200, None, id="a picture in Excel's ribbon"),
        pytest.param({"Origin": "https://evil.example"}, 403, None, id="another page"),
        pytest.param({"Origin": "https://evilsharepoint.com"}, 403, None, id="a name alike"),
        pytest.param({"Origin": "https://office.com.evil.example"}, 403, None, id="a name within"),
        pytest.param({"Origin": "http://excel.officeapps.live.com"}, 403, None, id="no https"),
        pytest.param({"Host": "evil.example"}, 403, None, id="another host"),
    ],
)  # fmt: skip
def test_who_may_read_the_files(
    one: Service, headers: dict[str, str], status: int, allowed: str | None
) -> None:
    answer = one.web.get("/addin/generated/functions.en.json", headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_excels_pages_may_not_call_the_service(one: Service) -> None:
    for headers in ({"Origin": EXCEL}, ELSEWHERE):
        answer = one.web.get("/api/v1/status", headers={**one.key, **headers})
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert one.web.post("/addin/pane.html", headers={"Origin": EXCEL}).status_code == 403


def test_a_browser_may_ask_for_a_page_on_this_machine(one: Service) -> None:
    asks = {"Origin": EXCEL, "Access-Control-Request-Private-Network": "true"}
    answer = one.web.options("/addin/functions", headers=asks)
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    asks["Origin"] = "https://evil.example"
    assert (
        "Access-Control-Allow-Private-Network"
        not in one.web.options("/addin/x", headers=asks).headers
    )


def test_the_manifest_names_the_address_that_was_asked(one: Service) -> None:
    answer = one.web.get("/addin/manifest.xml", base_url="https://localhost:9443")
    assert "https://localhost:9443/addin/pane.html" in answer.text
    assert "8765" not in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_an_unchanged_file_is_not_sent_again(one: Service) -> None:
    tag = one.web.get("/addin/pane.js").headers["ETag"]
    assert one.web.get("/addin/pane.js", headers={"If-None-Match": tag}).status_code == 304
