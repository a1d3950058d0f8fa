"""The demo network's consent: it allows everything at once, and keeps to OAuth with PKCE so that real ones can be tried on it.

Codes are good for one use; a refresh token is replaced by each use of it, as on strict networks.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.web.demo_page import Network
from bot.web.guard import LOOPBACK
from connectors.demo_network import DemoNetwork, Refusal

LASTS: Final = 3600  # seconds of an access token
router = APIRouter()


@dataclass
class Consents:
    """What was allowed: codes with what they are bound to, and refresh tokens with whose they are."""

    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # challenge, redirect, client
    refresh: dict[str, str] = field(default_factory=dict)


@router.get("/oauth/authorize")
async def authorize(
    request: Request, client_id: str, redirect_uri: str, state: str, code_challenge: str, code_challenge_method: str
) -> Response:
    """Allow it, and lead back. Only to this machine: nobody is led elsewhere by a network that allows everything."""
    if urlsplit(redirect_uri).hostname not in LOOPBACK or code_challenge_method != "S256":
        raise Refusal(400, "that cannot be allowed")
    code = secrets.token_urlsafe(16)
    _of(request).codes[code] = (code_challenge, redirect_uri, client_id)
    return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)


@router.post("/oauth/token")
async def token(
    request: Request,
    network: Network,
    grant_type: Annotated[str, Form()],
    client_id: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    redirect_uri: Annotated[str, Form()] = "",
    code_verifier: Annotated[str, Form()] = "",
    refresh_token: Annotated[str, Form()] = "",
) -> Response:
    """Give tokens for a code or a refresh token, each good once."""
    given = _of(request)
    if grant_type == "authorization_code":
        digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        good = given.codes.pop(code, None) == (digest, redirect_uri, client_id)
    else:
        good = given.refresh.pop(refresh_token, None) is not None
    return JSONResponse(_tokens(network, given)) if good else JSONResponse({"error": "invalid_grant"}, 400)


def _tokens(network: DemoNetwork, given: Consents) -> dict[str, Any]:
    access, again, handle = secrets.token_urlsafe(24), secrets.token_urlsafe(24), network.brands[0].handle
    network.tokens[access] = given.refresh[again] = handle
    return {"access_token": access, "refresh_token": again, "expires_in": LASTS, "token_type": "bearer"}


def _of(request: Request) -> Consents:
    state = request.app.state
    if not hasattr(state, "demo_consents"):
        state.demo_consents = Consents()
    found: Consents = state.demo_consents
    return found
