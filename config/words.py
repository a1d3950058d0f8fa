"""Words for one reader: messages from the catalogues in config/locales, moments and lengths of time as people write them.

Messages are English in the code; a language without a catalogue, or a message without a translation, stays English.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "copydesk"
LANGUAGES = ("en", "ru")
MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Words:
    """Translates and formats for one reader: `t("Hello {name}", name=...)`, `t.n(one, many, count)`, `t.when(...)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = gettext.translation(DOMAIN, LOCALES, [language], fallback=True)

    def __call__(self, message: str, /, **facts: object) -> str:
        """Return the message in the reader's language, with its `{named}` places filled."""
        translated = self._catalogue.gettext(message) if message else ""
        return translated.format(**facts) if facts else translated

    def n(self, one: str, many: str, count: int, /, **facts: object) -> str:
        """Return the plural form that the language has for `count`, with `{count}` and the other places filled."""
        return self._catalogue.ngettext(one, many, count).format(count=count, **facts)

    def when(self, moment: datetime, zone: str) -> str:
        """Return a moment as the clock of a zone shows it, with the zone's city and its distance from UTC."""
        from babel.dates import format_datetime

        local = moment.astimezone(ZoneInfo(zone))
        shown = str(format_datetime(local, "EEE, d MMM y, HH:mm", locale=self.language))
        place = self._city(zone)
        return f"{shown} ({place}, {_distance(local)})" if place else f"{shown} {_distance(local)}"

    def day(self, day: date) -> str:
        """Return a date such as "2 Mar 2026"."""
        from babel.dates import format_date

        return str(format_date(day, "d MMM y", locale=self.language))

    def _city(self, zone: str) -> str:
        from babel import Locale

        if zone in {"UTC", "Etc/UTC"}:
            return ""
        named = Locale.parse(self.language).time_zones.get(zone, {}).get("city")
        return str(named or zone.rpartition("/")[2].replace("_", " "))

    def ago(self, seconds: float) -> str:
        """Return a length of time such as "40 s" or "3 min"."""
        t, whole = self, max(0, int(seconds))
        if whole < MINUTE:
            return t("{count} s", count=whole)
        if whole < HOUR:
            return t("{count} min", count=whole // MINUTE)
        if whole < DAY:
            return t("{count} h", count=whole // HOUR)
        return t.n("{count} day", "{count} days", whole // DAY)


def _distance(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / MINUTE)
    hours, rest = divmod(abs(minutes), MINUTE)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=len(LANGUAGES))
def _of(language: str) -> Words:
    return Words(language)


def words(language: str) -> Words:
    """Return the words of a language such as "ru" or "ru-RU"; English for one that we do not speak."""
    spoken = language.lower().replace("_", "-").partition("-")[0]
    return _of(spoken if spoken in LANGUAGES else "en")
