"""Where the networks' own API descriptions lie: the folder that COPYDESK_SPECS names. Without it their tests skip."""

from __future__ import annotations

import os
from pathlib import Path

REASON = "the networks' own API descriptions are not here: set COPYDESK_SPECS to their folder"


def described(*parts: str) -> Path:
    """Return the path of a description; it may not be there."""
    return Path(os.environ.get("COPYDESK_SPECS") or "no-descriptions").joinpath(*parts)
