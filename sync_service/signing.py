"""The installation's signature: anyone can check it with the public key, only the service signs.

The Ed25519 key lies where the wrapping keys lie, beside the data folder and never inside it; it is
made on first use. Each kind of text is signed under its own name, so a signature over one can
never pass for another.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.errors
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync_service.secrets import KEYRING_SERVICE, check_mode
from sync_service.settings import Settings
from sync_service.told import ToldError

KEY_FILE = "signing.ed25519"  # base64 of the 32 bytes
KEYRING_NAME = "signing"
KEY_BYTES = 32
ID_DIGITS = 16  # of the hash of the public key


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The private key; it is never shown and never leaves this object."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes; it travels with what is signed."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, kind: str, data: bytes) -> bytes:
        """The signature, 64 bytes, of data of a kind."""
        return self._key.sign(_named(kind, data))


def key_id(public: bytes) -> str:
    """How people name a public key: the first digits of its hash."""
    return hashlib.sha256(public).hexdigest()[:ID_DIGITS]


def is_signed(kind: str, data: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the holder of the key of `public` signed these data."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _named(kind, data))
    except (InvalidSignature, ValueError):  # ValueError: no key has these bytes
        return False
    return True


def signer(settings: Settings) -> Signer:
    """The installation's key, made on first use."""
    text = _from_keyring() if settings.keys == "keyring" else _from_file(settings.keys_folder)
    try:
        seed = base64.b64decode(text, validate=True)
        return Signer(Ed25519PrivateKey.from_private_bytes(seed))
    except ValueError as error:
        raise ToldError(
            f"The signing key {KEY_FILE} is damaged. Restore it from a backup of the key folder; "
            "what was signed with it can still be checked.",
            f"签名密钥 {KEY_FILE} 已损坏。请从密钥文件夹的备份恢复；已签名的内容仍可验证。",
        ) from error


def _named(kind: str, data: bytes) -> bytes:
    return b"linkstar/" + kind.encode() + b"\n" + data


def _fresh() -> bytes:
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw())


def _from_file(folder: Path) -> bytes:
    file = folder / KEY_FILE
    if not file.exists():
        _make(file)
    check_mode(file)
    return file.read_bytes()


def _make(file: Path) -> None:
    """Write the key whole under a name of its own, then give it its name: the first one stays."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{KEY_FILE}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(_fresh())
        out.flush()
        os.fsync(out.fileno())
    try:
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, file)
    finally:
        draft.unlink()


def _from_keyring() -> bytes:
    try:
        text = keyring.get_password(KEYRING_SERVICE, KEYRING_NAME)
        if text is None:
            text = _fresh().decode()
            keyring.set_password(KEYRING_SERVICE, KEYRING_NAME, text)
    except keyring.errors.KeyringError as error:
        raise ToldError(
            f"This computer's key store cannot be used ({error}). "
            "Set LINKSTAR_KEYS=folder to keep the key in a file instead.",
            f"本机的密钥库无法使用（{error}）。请设 LINKSTAR_KEYS=folder，将密钥存为文件。",
        ) from error
    return text.encode()
