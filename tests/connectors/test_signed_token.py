"""What is signed can be checked with the other half of the key, and what is no key is told apart."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidSignature
from private_keys import decoded, ec_key, rsa_key, verify

from connectors.signed_token import signed

CLAIMS = {"iss": "northwind", "exp": 1_764_061_200}


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
