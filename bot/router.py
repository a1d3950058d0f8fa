"""Words or a press → one route → a card: who is it, may they, is it new; and errors become words.

One update is one transaction: "this was handled" and everything that the handler did are committed together, so that a kill
at any moment neither loses a press nor does it twice. What goes wrong is told in a second transaction after all is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from bot import refusals
from bot.calling import respond
from bot.routing import route_update
from bot.steps import AskAgain, put_again
from bot.transport import Incoming, Outcome
from bot.visit import arrive
from handlers.route import Words
from smm import text
from smm.errors import DeskError, Forbidden
from storage import updates
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
TEXT = 20_000


class Router:
    """Hands every update to its handler. `forms` names the platforms that show a card's questions as one form."""

    def __init__(
        self, database: Database, words: Callable[[str], Words], forms: Collection[str] = ("web", "slack")
    ) -> None:
        self._database = database
        self._words = words
        self._forms = frozenset(forms)

    async def receive(self, incoming: Incoming) -> Outcome:
        """Handle one update, once; return what its sender must be told at once. Raises nothing but a broken database."""
        incoming = _bounded(incoming)
        try:
            return await self._database.write(self._handle, incoming)
        except DeskError as error:
            return await self._database.write(self._tell, incoming, error)
        except Exception as error:
            name = refusals.error_id()
            log.exception(
                "an update broke", name=name, platform=incoming.platform, key=incoming.key, kind=incoming.kind
            )
            return await self._database.write(self._put_aside, incoming, name, type(error).__name__)

    def _handle(self, uow: UnitOfWork, incoming: Incoming) -> Outcome:
        if not updates.take(uow, incoming.platform, incoming.key):
            return Outcome()
        visit = arrive(uow, incoming, self._words)
        return respond(visit, route_update(visit), form=self._takes_forms(incoming))

    def _tell(self, uow: UnitOfWork, incoming: Incoming, error: DeskError) -> Outcome:
        if not updates.take(uow, incoming.platform, incoming.key):
            return Outcome()
        visit = arrive(uow, incoming, self._words)
        if isinstance(error, AskAgain):
            return respond(visit, put_again(visit, error), form=self._takes_forms(incoming))
        if isinstance(error, Forbidden):
            refusals.note(visit, error)
        return refusals.tell(visit, error)

    def _put_aside(self, uow: UnitOfWork, incoming: Incoming, name: str, kind: str) -> Outcome:
        updates.poison(uow, incoming.platform, incoming.key, f"{name} {kind}")
        return refusals.broken(arrive(uow, incoming, self._words), name)

    def _takes_forms(self, incoming: Incoming) -> bool:
        return incoming.platform in self._forms


def _bounded(incoming: Incoming) -> Incoming:
    """Whatever a platform lets through: no more than we can keep."""
    return replace(
        incoming,
        key=text.clean(incoming.key, 128),
        text=text.clean(incoming.text, TEXT + 1),
        ref=text.clean(incoming.ref, 64),
        title=text.line(incoming.title, 200),
        sender=replace(incoming.sender, name=text.line(incoming.sender.name), user_id=incoming.sender.user_id[:64]),
    )
