"""Tokens that the holder of a private key signs for itself, as the app stores want them (https://www.rfc-editor.org/rfc/rfc7519)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

_HALF: Final = 32  # bytes of each half of a signature by ES256 (https://www.rfc-editor.org/rfc/rfc7518#section-3.4)


def signed(key: str, claims: Mapping[str, Any], header: Mapping[str, str] | None = None) -> str:
    """Return claims signed with a private key in PEM, by ES256 or RS256 as the key is; raise ValueError for what is no key.

    Line breaks of the PEM may be lost.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # slow to import: paid when a token is needed

    private = _private(key)
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        algorithm, sign = "ES256", _by_curve
    elif isinstance(private, rsa.RSAPrivateKey):
        algorithm, sign = "RS256", _by_rsa
    else:
        raise ValueError("a key of another kind")  # noqa: TRY004 - what was pasted is wrong, not how we call
    head = {"alg": algorithm, "typ": "JWT", **(header or {})}
    said = b".".join(_coded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return b".".join([said, _coded(sign(private, said))]).decode()


def _private(key: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    plain = re.sub(r"-----[A-Z ]+-----|\s", "", key)
    try:
        return load_der_private_key(base64.b64decode(plain, validate=True), None)
    except (TypeError, UnsupportedAlgorithm) as error:  # locked with a password, or of a kind that nobody knows
        raise ValueError("a key that cannot be used") from error


def _by_curve(private: Any, said: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    halves = utils.decode_dss_signature(private.sign(said, ec.ECDSA(SHA256())))
    return b"".join(half.to_bytes(_HALF, "big") for half in halves)


def _by_rsa(private: Any, said: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signature: bytes = private.sign(said, PKCS1v15(), SHA256())
    return signature


def _coded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")
