"""Versions of the networks' APIs: one table, complete, that warns in time."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.versions import VERSIONS, ending, version


def test_every_version_names_its_source() -> None:
    assert all(known.source.startswith("https://") and known.version for known in VERSIONS.values())
    assert version("vk") == "5.199"
    assert version("nobody") == ""


def test_the_end_of_a_version_is_told_two_months_ahead() -> None:
    until = VERSIONS["facebook"].until
    assert until is not None
    assert ending("facebook", until - timedelta(days=61)) is None
    assert ending("facebook", until - timedelta(days=60)) == until
    assert ending("facebook", until + timedelta(days=30)) == until
    assert ending("vk", date(2099, 1, 1)) is None
