"""Versions of the networks' APIs: one table that names its sources."""

from __future__ import annotations

from connectors.versions import VERSIONS, version


def test_every_version_names_its_source() -> None:
    assert all(known.source.startswith("https://") and known.version for known in VERSIONS.values())
    assert version("vk") == "5.199"
    assert version("nobody") == ""
