"""Private keys as the app stores give them out, made anew in each run."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


@cache
def ec_key() -> str:
    """Return a key for ES256."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


@cache
def rsa_key() -> str:
    """Return a key for RS256."""
    return _pem(rsa.generate_private_key(65537, 2048))


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(pem: str) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """Return the key that checks what was signed."""
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return key.public_key()
