"""Secrets at rest: sealed with Fernet keys that live outside the database, bound to what they belong to.

Keys come from the settings, newest first; every older key still opens, so that keys can be rotated without a gap.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext, as it is stored. Its repr shows nothing."""

    ciphertext: bytes = field(repr=False)


class SealBroken(Exception):
    """The ciphertext was made with another key, for another owner, or was damaged."""


class Vault:
    """Seals and opens small mappings of secrets."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._signing = [hashlib.sha256(b"copydesk signs\0" + key.encode()).digest() for key in keys]

    @staticmethod
    def new_key() -> str:
        """Return a fresh key for the settings."""
        return Fernet.generate_key().decode()

    def seal(self, secrets: Mapping[str, str], owner: str) -> Sealed:
        """Seal `secrets` for `owner`, such as "account:7"; they open for that owner alone."""
        plain = json.dumps({"owner": owner, "secrets": dict(secrets)})
        return Sealed(self._fernet.encrypt(plain.encode()))

    def open(self, sealed: Sealed, owner: str) -> dict[str, str]:
        """Return the secrets; raise SealBroken if they were not sealed for `owner` by one of our keys."""
        try:
            plain = json.loads(self._fernet.decrypt(sealed.ciphertext))
        except InvalidToken as error:
            raise SealBroken("no key opens this secret") from error
        if plain["owner"] != owner:
            raise SealBroken("this secret belongs to something else")
        return {str(name): str(value) for name, value in plain["secrets"].items()}

    def sign(self, text: str) -> str:
        """Return a signature of a text with the newest key, in hex."""
        return _signature(self._signing[0], text)

    def signed(self, text: str, signature: str) -> bool:
        """Say whether a signature of a text was made with one of our keys."""
        given = signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_signature(key, text).encode(), given) for key in self._signing)

    def signatures(self, text: str) -> tuple[str, ...]:
        """Return the signatures of a text with each of our keys, the newest first."""
        return tuple(_signature(key, text) for key in self._signing)

    def rotate(self, sealed: Sealed) -> Sealed:
        """Return the same secrets under the newest key."""
        try:
            return Sealed(self._fernet.rotate(sealed.ciphertext))
        except InvalidToken as error:
            raise SealBroken("no key opens this secret") from error


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
