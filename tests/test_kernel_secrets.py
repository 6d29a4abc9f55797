"""Secrets at rest, redaction of logs, settings: what must not leak."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from sqlalchemy import update

from kpi.errors import KpiError
from sync_service import schema
from sync_service.redaction import Redacting, redact
from sync_service.secrets import Secrets, keys_from_folder
from sync_service.settings import KNOWN, from_environment
from tests.kernel_support import Place, installed

CANARY = "Atzr|IwEBIA-canary-refresh-token"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    with installed(tmp_path / "data", []) as found:
        return found


def test_a_secret_comes_back_and_is_nowhere_in_the_data_folder(place: Place) -> None:
    secrets = place.kit.secrets
    secrets.put("acc", {"refresh_token": CANARY, "client_id": "id"})
    assert secrets.get("acc", "refresh_token") == CANARY
    assert secrets.names("acc") == ("client_id", "refresh_token")
    key = next(place.kit.settings.keys_folder.iterdir())
    assert place.home not in key.parents
    for path in place.home.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()
            assert key.read_bytes() not in path.read_bytes()


def test_the_key_file_is_for_its_owner_alone(place: Place) -> None:
    key = next(place.kit.settings.keys_folder.iterdir())
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    key.chmod(0o444)
    with pytest.raises(KpiError, match="chmod 400"):
        keys_from_folder(key.parent)


def column(place: Place, account: str, field: str, **values: object) -> None:
    table = schema.credentials
    with place.store.begin() as connection:
        same = (table.c.account == account) & (table.c.field == field)
        connection.execute(update(table).where(same).values(**values))


def row(place: Place, account: str, field: str) -> dict[str, bytes]:
    table = schema.credentials
    with place.store.read() as connection:
        query = table.select().where((table.c.account == account) & (table.c.field == field))
        found = connection.execute(query).mappings().one()
        return {"nonce": found["nonce"], "ciphertext": found["ciphertext"]}


@pytest.mark.parametrize("place_of_flip", [0, 5, -1])
def test_one_flipped_bit_is_refused(place: Place, place_of_flip: int) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    sealed = bytearray(row(place, "acc", "refresh_token")["ciphertext"])
    sealed[place_of_flip] ^= 1
    column(place, "acc", "refresh_token", ciphertext=bytes(sealed))
    with pytest.raises(KpiError, match="connect SHOP --account acc") as raised:
        place.kit.secrets.get("acc", "refresh_token")
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize(
    ("account", "field"),
    [
        pytest.param("other", "refresh_token", id="moved to another account"),
        pytest.param("acc", "client_id", id="moved to another field"),
    ],
)
def test_a_moved_secret_does_not_open(place: Place, account: str, field: str) -> None:
    for name in ("acc", "other"):
        place.kit.secrets.put(name, {"refresh_token": CANARY, "client_id": "x"})
    column(place, account, field, **row(place, "acc", "refresh_token"))
    with pytest.raises(KpiError):
        place.kit.secrets.get(account, field)


def test_a_data_key_of_another_account_does_not_open(place: Place) -> None:
    for name in ("acc", "other"):
        place.kit.secrets.put(name, {"refresh_token": CANARY})
    column(place, "other", ".data_key", **row(place, "acc", ".data_key"))
    column(place, "other", "refresh_token", **row(place, "acc", "refresh_token"))
    with pytest.raises(KpiError):
        place.kit.secrets.get("other", "refresh_token")


def test_another_wrapping_key_opens_nothing(place: Place, tmp_path: Path) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    stranger = Secrets(place.store, keys_from_folder(tmp_path / "elsewhere"), place.clock.now)
    with pytest.raises(KpiError):
        stranger.get("acc", "refresh_token")


def test_wrapping_keys_are_rotated_without_touching_a_secret(place: Place) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    before = row(place, "acc", "refresh_token")
    folder = place.kit.settings.keys_folder
    fresh = keys_from_folder(folder.with_name("new"))
    assert fresh.newest == "k0001"
    (folder.with_name("new") / "k0001.key").rename(folder / "k0002.key")
    rotated = Secrets(place.store, keys_from_folder(folder), place.clock.now)
    assert (rotated.rewrap(), rotated.rewrap()) == (1, 0)
    assert row(place, "acc", "refresh_token") == before
    (folder / "k0001.key").unlink()
    alone = Secrets(place.store, keys_from_folder(folder), place.clock.now)
    assert alone.get("acc", "refresh_token") == CANARY


def test_a_missing_secret_says_how_to_give_it(place: Place) -> None:
    with pytest.raises(KpiError, match="connect SHOP --account nobody"):
        place.kit.secrets.get("nobody", "refresh_token")


# --- redaction -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer CANARYCANARY.abc-def",
        "x-amz-access-token: Atza|IwEBICANARY_x",
        "refresh_token=Atzr|IwEBICANARY&grant_type=refresh_token",
        '{"refresh_token": "CANARY", "client_secret":"CANARY"}',
        "amzn1.oa2-cs.v1.CANARY0123",
        "X-Shopify-Access-Token: shpat_0123CANARY",
        "token shpca_CANARY and shpss_CANARY",
        "eyJhbGciOiJIUzI1NiJ9.CANARY.CANARY-sig",
        "GET https://bucket.s3.amazonaws.com/doc?X-Amz-Signature=CANARY&x=CANARY 200",
        "https://user:CANARY@host/path",
        "ConnectError for url 'https://h/p?code=CANARY'",
    ],
)
def test_no_secret_survives_a_message(text: str) -> None:
    assert "CANARY" not in redact(text)


def test_ordinary_words_stay() -> None:
    text = "AMZ-DE amazon.traffic: HTTP 503 from api.amazon.com/reports/2021-06-30/reports, 3 tries"
    assert redact(text) == text


def test_a_log_line_with_a_traceback_is_clean_and_cannot_be_forged() -> None:
    formatter = Redacting("%(levelname)s %(message)s")
    error = ValueError("Bearer CANARYCANARY")
    record = logging.LogRecord(
        "x", 30, "p", 1, "a\nERROR forged %s", ("shpat_CANARY",), (ValueError, error, None)
    )
    text = formatter.format(record)
    assert "CANARY" not in text
    plain = logging.LogRecord("x", 30, "p", 1, "a\nERROR forged", (), None)
    assert formatter.format(plain) == "WARNING a ERROR forged"


# --- settings ------------------------------------------------------------------------------


def test_the_defaults_need_no_environment() -> None:
    found = from_environment({})
    assert found.home.name == ".work"
    assert found.database.startswith("sqlite:///")
    assert found.home not in found.keys_folder.parents
    assert found.loopback == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "mend"),
    [
        ("LINKSTAR_PORT", "http", "whole number"),
        ("LINKSTAR_PORT", "70000", "65535"),
        ("LINKSTAR_LANGUAGE", "de", "en or zh"),
        ("LINKSTAR_KEYS", "cloud", "folder or keyring"),
        ("LINKSTAR_LOOPBACK", "localhost:80", "127.0.0.1:PORT"),
        ("LINKSTAR_LOOPBACK", "10.0.0.1:80", "127.0.0.1:PORT"),
        ("LINKSTAR_WORKERS", "0", "from 1"),
        ("LINKSTAR_HOMER", "/x", "LINKSTAR_HOME"),
    ],
)
def test_a_wrong_setting_says_the_mend(name: str, text: str, mend: str) -> None:
    with pytest.raises(KpiError, match=name) as raised:
        from_environment({name: text})
    assert mend in str(raised.value)


def test_each_setting_is_in_the_table_of_the_module() -> None:
    assert len(KNOWN) == 10


def test_only_settings_read_the_environment() -> None:
    root = Path(__file__).resolve().parent.parent
    folders = [root / name for name in ("kpi", "sheet_templates", "sync_service", "addin")]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    users = [path.name for path in files if "os.environ" in path.read_text("utf-8")]
    # recalculate.py hands what it inherited to LibreOffice and decides nothing by it
    assert set(users) <= {"settings.py", "recalculate.py"}
