"""`serve --https`: a certificate for this machine alone, trusted by nobody until a person does."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from sync_service.cli import main
from sync_service.settings import PROJECT
from sync_service.web.certificate import DAYS, certificate, trust_command

NOW = datetime(2026, 10, 22, tzinfo=UTC)


def test_a_certificate_is_made_once_and_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    made = certificate(tmp_path, NOW)
    assert made.fresh
    assert {one.name for one in (tmp_path / "tls").iterdir()} == {
        "localhost.pem",
        "localhost-key.pem",
        "linkstar-root.crt",
    }
    if os.name != "nt":
        assert made.key.stat().st_mode & 0o777 == 0o600
        assert made.key.parent.stat().st_mode & 0o777 == 0o700
    before = made.chain.read_bytes()
    assert not certificate(tmp_path, NOW + timedelta(days=DAYS - 40)).fresh
    assert made.chain.read_bytes() == before


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda made, _: made.key.unlink(), id="the key is gone"),
        pytest.param(lambda made, _: made.chain.write_text("no pem"), id="a broken file"),
        pytest.param(
            lambda made, other: made.root.write_bytes(other.root.read_bytes()), id="another root"
        ),
        pytest.param(
            lambda made, other: made.key.write_bytes(other.key.read_bytes()), id="another key"
        ),
    ],
)
def test_what_is_spoilt_is_made_anew(tmp_path: Path, spoil: object) -> None:
    made, other = certificate(tmp_path / "a", NOW), certificate(tmp_path / "b", NOW)
    spoil(made, other)  # type: ignore[operator]  # one of the above
    assert certificate(tmp_path / "a", NOW).fresh
    assert not certificate(tmp_path / "a", NOW).fresh


def test_one_that_ends_within_a_month_is_made_anew(tmp_path: Path) -> None:
    certificate(tmp_path, NOW)
    assert certificate(tmp_path, NOW + timedelta(days=DAYS - 29)).fresh


def test_the_root_can_vouch_for_nothing_but_this_machine(tmp_path: Path) -> None:
    """Its key is nowhere, and its constraints name loopback only."""
    made = certificate(tmp_path, NOW)
    root = x509.load_pem_x509_certificate(made.root.read_bytes())
    limits = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = limits.value.permitted_subtrees or []
    assert [str(one.value) for one in permitted] == ["localhost", "127.0.0.1/32"]
    assert made.key.read_bytes().count(b"PRIVATE KEY") == 2  # one key: its begin and end
    leaf = x509.load_pem_x509_certificate(made.chain.read_bytes())
    assert leaf.public_key() != root.public_key()
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]


@pytest.mark.parametrize("system", ["Windows", "Darwin", "Linux"])
def test_how_to_trust_it_names_the_file(tmp_path: Path, system: str) -> None:
    assert f'"{tmp_path / "r.crt"}"' in trust_command(tmp_path / "r.crt", system)


def test_serve_speaks_tls_to_who_trusts_it_and_prints_the_steps(tmp_path: Path) -> None:
    home = tmp_path / "data"
    words = [sys.executable, "-m", "sync_service", "--home", str(home), "serve", "--https"]
    mine = {**os.environ, "LINKSTAR_PORT": "0", "LINKSTAR_LANGUAGE": "zh"}
    with (
        subprocess.Popen(
            words, cwd=PROJECT, env=mine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as served,
        ExitStack() as after,
    ):
        after.callback(served.kill)
        assert served.stdout is not None
        said = [served.stdout.readline() for _ in range(6)]
        address = said[0].partition("：")[2].partition("（")[0].strip()
        assert address.startswith("https://localhost:")
        root = home / "tls" / "linkstar-root.crt"
        trusting = ssl.create_default_context(cafile=str(root))
        with httpx.Client(base_url=address, verify=trusting, timeout=60) as client:
            assert client.get("/health").json() == {"ok": True}
            manifest = client.get("/addin/manifest.xml").text
            assert f'"{address}/addin/pane.html"' in manifest
            assert client.get("/addin/pane.html").headers["Server"] == "LinkStar"
            key = {"Authorization": f"Bearer {said[1].rpartition('：')[2].strip()}"}
            assert client.get("/api/v1/status", headers=key).json()["paused"] == ""
            large = client.post("/api/v1/pause", content=b"x" * 2_000_000, headers=key)
            assert large.status_code == 413
        with (
            httpx.Client(base_url=address, timeout=60) as stranger,
            pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            stranger.get("/health")
        served.send_signal(signal.SIGINT)
        rest, faults = served.communicate(timeout=60)
    text = "".join(said) + rest
    assert served.returncode == 0, faults
    assert "Traceback" not in faults
    assert str(root) in text
    assert all(f"{n}. " in text for n in (1, 2, 3))
    assert json.dumps("服务已停止。", ensure_ascii=False).strip('"') in text


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LINKSTAR_PORT", str(port))
            code = main(["--home", str(tmp_path / "data"), "serve", "--https"])
    assert code == 3
    assert f"Port {port} cannot be used" in capsys.readouterr().err
