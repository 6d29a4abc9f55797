"""Credentials at rest: a data key per account, wrapped by one key outside the data folder.

Each value is AES-256-GCM under its account's data key with `account/field` as associated data, so
a value moved to another account or field does not open. The data key is a row like the others,
wrapped by the wrapping key; the key id stands in the ciphertext, so keys can be rotated.
"""

from __future__ import annotations

import base64
import os
import secrets as random_source
import stat
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import keyring
import keyring.errors
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select

from kpi.errors import KpiError
from sync_service import control, schema
from sync_service.control import Control
from sync_service.told import ToldError

DATA_KEY = ".data_key"  # a field that no credential can have
NONCE = 12  # bytes, random for each value
KEY_BYTES = 32
KEYRING_SERVICE = "linkstar-kpi-sheets"


class KeyRing:
    """Wrapping keys by id; the newest wraps, older ones still open."""

    def __init__(self, keys: Mapping[str, bytes], newest: str) -> None:
        """Hold the keys in memory only."""
        self._keys = dict(keys)
        self.newest = newest

    def key(self, key_id: str) -> AESGCM:
        """Give the cipher of a key id."""
        if key_id not in self._keys:
            raise ToldError(
                f"The credentials were locked with key {key_id}, which is not in the key folder. "
                "Put the key file back, or authorise the accounts again.",
                f"凭证由密钥 {key_id} 加密，密钥文件夹中没有它。请放回密钥文件，或重新授权账号。",
            )
        return AESGCM(self._keys[key_id])


def keys_from_folder(folder: Path) -> KeyRing:
    """Read the key files (mode 0400) of a folder; make the first one on first use."""
    files = sorted(folder.glob("*.key"))
    if not files:
        files = [_new_key_file(folder)]
    for file in files:
        check_mode(file)
    keys = {file.stem: base64.b64decode(file.read_bytes(), validate=True) for file in files}
    for name, key in keys.items():
        if len(key) != KEY_BYTES:
            raise KpiError(
                f"Key file {name}.key holds {len(key)} bytes instead of {KEY_BYTES}.",
                f"密钥文件 {name}.key 有 {len(key)} 字节，应为 {KEY_BYTES} 字节。",
            )
    return KeyRing(keys, files[-1].stem)


def check_mode(file: Path) -> None:
    """Refuse a key that others may read; Windows has no such bits."""
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ToldError(
            f"Key file {file.name} can be read by others; run `chmod 400 {file}`.",
            f"密钥文件 {file.name} 可被他人读取；请运行 `chmod 400 {file}`。",
        )


def _new_key_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "k0001.key"
    text = base64.b64encode(AESGCM.generate_key(KEY_BYTES * 8))
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return file  # another process was first
    with os.fdopen(handle, "wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return file


def keys_from_keyring() -> KeyRing:
    """Take the wrapping key from the desktop's key store; make it on first use."""
    try:
        text = keyring.get_password(KEYRING_SERVICE, "k0001")
        if text is None:
            text = base64.b64encode(AESGCM.generate_key(KEY_BYTES * 8)).decode()
            keyring.set_password(KEYRING_SERVICE, "k0001", text)
    except keyring.errors.KeyringError as error:
        raise ToldError(
            f"This computer's key store cannot be used ({error}). "
            "Set LINKSTAR_KEYS=folder to keep the key in a file instead.",
            f"本机的密钥库无法使用（{error}）。请设 LINKSTAR_KEYS=folder，将密钥存为文件。",
        ) from error
    return KeyRing({"k0001": base64.b64decode(text)}, "k0001")


class Secrets:
    """The credentials of all accounts, in the control database."""

    def __init__(self, store: Control, keys: KeyRing, now: Callable[[], datetime]) -> None:
        """Open credentials of `store` with `keys`."""
        self.store = store
        self.keys = keys
        self.now = now

    def put(self, account: str, values: Mapping[str, str]) -> None:
        """Store credentials durably, all or none."""
        with self.store.begin() as connection:
            self.put_in(connection, account, values)

    def put_in(self, connection: Connection, account: str, values: Mapping[str, str]) -> None:
        """Store credentials inside the caller's transaction."""
        cipher = self._data_key(connection, account)
        for name, value in values.items():
            if name == DATA_KEY:
                raise KpiError(
                    f"A credential cannot be named {DATA_KEY}.", f"凭证不能命名为 {DATA_KEY}。"
                )
            self._write(connection, account, name, value.encode(), cipher=cipher, key_id="data")

    def get(self, account: str, name: str) -> str:
        """Give one credential.

        Raises:
            KpiError: It is not there, or was changed or moved.
        """
        with self.store.read() as connection:
            key_row = control.get(connection, schema.credentials, account=account, field=DATA_KEY)
            row = control.get(connection, schema.credentials, account=account, field=name)
        if row is None or key_row is None:
            raise ToldError(
                f"Account {account} has no {name}. "
                f"Give it with `python -m sync_service connect SHOP --account {account} ...`.",
                f"账号 {account} 缺少 {name}。"
                f"请用 `python -m sync_service connect 店铺 --account {account} ...` 补上。",
            )
        cipher = AESGCM(_open(self.keys.key(key_row["key_id"]), account, DATA_KEY, key_row))
        return _open(cipher, account, name, row).decode()

    def names(self, account: str) -> tuple[str, ...]:
        """Give the names of the credentials that an account has."""
        table = schema.credentials
        with self.store.read() as connection:
            found = connection.execute(select(table.c.field).where(table.c.account == account))
            return tuple(sorted(name for (name,) in found if name != DATA_KEY))

    def rewrap(self) -> int:
        """Wrap every data key with the newest wrapping key; returns how many were changed."""
        table = schema.credentials
        changed = 0
        with self.store.begin() as connection:
            rows = connection.execute(select(table).where(table.c.field == DATA_KEY)).mappings()
            for row in rows.all():
                if row["key_id"] == self.keys.newest:
                    continue
                plain = _open(self.keys.key(row["key_id"]), row["account"], DATA_KEY, dict(row))
                self._wrap(connection, row["account"], plain)
                changed += 1
        return changed

    def _data_key(self, connection: Connection, account: str) -> AESGCM:
        """Give the account's data key, made on first use."""
        row = control.get(connection, schema.credentials, account=account, field=DATA_KEY)
        if row is not None:
            return AESGCM(_open(self.keys.key(row["key_id"]), account, DATA_KEY, row))
        plain = AESGCM.generate_key(KEY_BYTES * 8)
        self._wrap(connection, account, plain)
        return AESGCM(plain)

    def _wrap(self, connection: Connection, account: str, plain: bytes) -> None:
        newest = self.keys.newest
        cipher = self.keys.key(newest)
        self._write(connection, account, DATA_KEY, plain, cipher=cipher, key_id=newest)

    def _write(
        self,
        connection: Connection,
        account: str,
        name: str,
        plain: bytes,
        *,
        cipher: AESGCM,
        key_id: str,
    ) -> None:
        nonce = random_source.token_bytes(NONCE)
        sealed = cipher.encrypt(nonce, plain, _bound(account, name, key_id))
        row = {
            "account": account,
            "field": name,
            "key_id": key_id,
            "nonce": nonce,
            "ciphertext": sealed,
            "updated_at": self.now(),
        }
        control.put(connection, schema.credentials, row)


def _bound(account: str, name: str, key_id: str) -> bytes:
    """Bind a value to its place and key; the length keeps `a/b` + `c` apart from `a` + `b/c`."""
    return f"{len(account)}:{account}/{name}/{key_id}".encode()


def _open(cipher: AESGCM, account: str, name: str, row: Mapping[str, object]) -> bytes:
    nonce, sealed, key_id = row["nonce"], row["ciphertext"], row["key_id"]
    if not isinstance(nonce, bytes) or not isinstance(sealed, bytes):
        raise ToldError(
            f"Credential {account}/{name} is damaged; authorise the account again.",
            f"凭证 {account}/{name} 已损坏；请重新授权该账号。",
        )
    try:
        return cipher.decrypt(nonce, sealed, _bound(account, name, str(key_id)))
    except InvalidTag as error:
        raise ToldError(
            f"Credential {account}/{name} was changed, moved or locked with another key; authorise "
            f"the account again: `python -m sync_service connect SHOP --account {account} ...`.",
            f"凭证 {account}/{name} 被改动、移动或由其他密钥加密；请用 "
            f"`python -m sync_service connect 店铺 --account {account} ...` 重新授权。",
        ) from error
