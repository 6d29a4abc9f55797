"""A certificate for this machine alone, so that Excel may show the pane over https.

An authority of its own signs one certificate for `localhost` and `127.0.0.1` and is thrown away:
its key is never written, and its name constraints allow nothing else. Whoever trusts it so trusts
this one certificate. A certificate that ends soon is made anew, and is to be trusted anew.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 800  # macOS takes no longer ones
LEFT = timedelta(days=30)
SKEW = timedelta(days=1)  # a clock that is behind
NAME = "localhost"
LOOPBACK = ipaddress.ip_address("127.0.0.1")
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of one certificate."""

    chain: Path  # what the server shows
    key: Path  # readable by its owner only
    root: Path  # what this machine is to trust
    fresh: bool  # just made: it is not trusted yet


def certificate(home: Path, now: datetime) -> Certificate:
    """The certificate in the data folder; a missing, old or broken one is made."""
    folder = home / "tls"
    files = (folder / "localhost.pem", folder / "localhost-key.pem", folder / "linkstar-root.crt")
    fresh = not _holds(files, now)
    if fresh:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in zip(files, _made(now), strict=True):
            _write(path, content)
    return Certificate(*files, fresh)


def _holds(files: tuple[Path, Path, Path], now: datetime) -> bool:
    """Whether the files are there, belong together, and will do for a month."""
    try:
        leaf = x509.load_pem_x509_certificate(files[0].read_bytes())
        root = x509.load_pem_x509_certificate(files[2].read_bytes())
        key = serialization.load_pem_private_key(files[1].read_bytes(), None)
        leaf.verify_directly_issued_by(root)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    ends = leaf.not_valid_after_utc
    return key.public_key() == leaf.public_key() and now + LEFT < ends


def _made(now: datetime) -> tuple[bytes, bytes, bytes]:
    """Chain, key and root as PEM."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    said = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LinkStar KPI, this computer only")])
    only = x509.NameConstraints(
        [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_network(f"{LOOPBACK}/32"))], None
    )
    root = (
        _dated(now, said, said, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(only, critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(LOOPBACK)])
    me = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    leaf = (
        _dated(now, me, said, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return leaf.public_bytes(pem) + root.public_bytes(pem), private, root.public_bytes(pem)


def _dated(
    now: datetime, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """What both have: names, dates, a number, the key's mark."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    """A file for its owner only, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def trust_command(root: Path, system: str) -> str:
    """How this machine's owner trusts it, for that user alone where the system can do that."""
    if system == "Windows":
        return f'certutil -user -addstore Root "{root}"'
    if system == "Darwin":
        keychain = "~/Library/Keychains/login.keychain-db"
        return f'security add-trusted-cert -r trustRoot -k {keychain} "{root}"'
    return f'certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n linkstar -i "{root}"'
