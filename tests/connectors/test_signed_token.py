"""What is signed can be checked with the other half of the key, and what is no key is told apart."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from private_keys import ec_key, public, rsa_key

from connectors.signed_token import signed

CLAIMS = {"iss": "northwind", "exp": 1_764_061_200}


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(pem: str, said: bytes, signature: bytes) -> None:
    key = public(pem)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, said, padding.PKCS1v15(), SHA256())
    else:
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), said, ec.ECDSA(SHA256()))


@pytest.mark.parametrize(("pem", "algorithm"), [(ec_key, "ES256"), (rsa_key, "RS256")])
@pytest.mark.parametrize("swallowed", [False, True], ids=["with lines", "without"])
def test_a_token_is_verified_by_the_other_half(pem: object, algorithm: str, swallowed: bool) -> None:
    assert callable(pem)
    key = pem()
    token = signed(key.replace("\n", " ") if swallowed else key, CLAIMS, {"kid": "K1"})
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"alg": algorithm, "typ": "JWT", "kid": "K1"}
    assert json.loads(decoded(claims)) == CLAIMS
    verify(key, f"{head}.{claims}".encode(), decoded(signature))
    with pytest.raises(InvalidSignature):
        verify(key, f"{head}.{claims}x".encode(), decoded(signature))


@pytest.mark.parametrize(
    "pasted", ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "ключ"]
)
def test_what_is_no_key_is_told(pasted: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        signed(pasted, CLAIMS)
