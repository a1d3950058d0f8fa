"""OAuth's token calls: a code, or a refresh token, becomes credentials (https://www.rfc-editor.org/rfc/rfc6749#section-5).

Only "invalid_grant" means that a person must consent anew; that our own app is refused is the operator's to mend, and whatever
else goes wrong says nothing about the account.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin

from connectors.base import App
from connectors.outcomes import EXPIRED, Reply
from connectors.reading import Body, parse
from connectors.wire import Wire
from smm.errors import N_, AuthExpired, ConnectorError, Rejected
from smm.networks import Grant, OAuth

APP_REFUSED: Final = N_("{network} does not accept the desk's own application: {reason}. Tell whoever runs the desk.")
_DEAD: Final = frozenset({"invalid_grant", "access_denied"})


def page(base: str, oauth: OAuth, app: App, state: str, challenge: str, redirect: str) -> str:
    """Return the address where a person consents (https://www.rfc-editor.org/rfc/rfc7636#section-4.3)."""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "scope": oauth.separator.join(oauth.scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = urljoin(base, oauth.authorize)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({**asked, **oauth.extra})}"


async def exchanged(wire: Wire, oauth: OAuth, app: App, grant: Grant) -> Mapping[str, str]:
    """Return the credentials that a code stands for."""
    asked = {
        "grant_type": "authorization_code",
        "code": grant.code,
        "redirect_uri": grant.redirect,
        "code_verifier": grant.verifier,
    }
    return tokens(await _ask(wire, oauth, app, asked))


async def refreshed(
    wire: Wire, oauth: OAuth | None, app: App, secrets: Mapping[str, str], expired: AuthExpired
) -> Mapping[str, str]:
    """Return new credentials for a refresh token; raise `expired` where there is none."""
    if oauth is None or not secrets.get("refresh_token"):
        raise expired
    asked = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
    return tokens(await _ask(wire, oauth, app, asked))


def tokens(body: Body) -> Mapping[str, str]:
    """Return an answer with tokens as credentials; what it does not have is not among them."""
    found = {"token": body.read("access_token", str), "refresh_token": body.maybe("refresh_token", str) or ""}
    lasts = body.maybe("expires_in", int)
    ends = (datetime.now(UTC) + timedelta(seconds=lasts)).isoformat() if lasts else ""
    told = {"expires_at": ends, "scope": body.maybe("scope", str) or ""}
    return {name: value for name, value in (found | told).items() if value}


async def _ask(wire: Wire, oauth: OAuth, app: App, asked: Mapping[str, str]) -> Body:
    ours = {"client_id": app.client_id} | ({"client_secret": app.client_secret} if app.client_secret else {})
    sent = {"headers": _named(app), "data": asked} if oauth.basic else {"data": {**asked, **ours}}
    return (await wire.call("POST", oauth.token, **sent, meaning=meaning)).body()


def _named(app: App) -> dict[str, str]:
    whole = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"
    return {"authorization": f"Basic {b64encode(whole.encode()).decode()}"}


def meaning(reply: Reply) -> ConnectorError | None:
    """Return what a refusal to give tokens means."""
    if reply.status not in {400, 401, 403}:
        return None
    error = _error(reply)
    if error in _DEAD:
        return AuthExpired(EXPIRED, **reply.who.facts)
    return Rejected(APP_REFUSED, reason=reply.reason or error or "?", **reply.who.facts)


def _error(reply: Reply) -> str:
    try:
        read: Any = parse(reply.content)
    except ValueError:
        return ""
    told = read.get("error") if isinstance(read, dict) else None
    return told if isinstance(told, str) else ""
