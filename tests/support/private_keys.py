"""Private keys as the app stores give them out, made anew in each run."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
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


def claims_of(token: str, pem: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token; raise InvalidSignature where the key has not signed it."""
    said, _, signature = token.rpartition(".")
    verify(pem, said.encode(), decoded(signature))
    head, claims = (json.loads(decoded(part)) for part in said.split("."))
    return head, claims


def decoded(part: str) -> bytes:
    """Return what a part of a token stands for."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(pem: str, said: bytes, signature: bytes) -> None:
    """Check a signature by ES256 or RS256 as the key is; raise InvalidSignature for another one's."""
    key = public(pem)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, said, padding.PKCS1v15(), SHA256())
    else:
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), said, ec.ECDSA(SHA256()))
