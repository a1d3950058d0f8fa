"""/help: what this person can do here, drawn from the routes."""

from __future__ import annotations

from handlers.card import Answer, Card, bold, para
from handlers.route import Context, Route, command, routes
from smm.errors import N_
from smm.roles import Right, allows, in_client_room


@command("help", needs=Right.ANYONE, help=N_("What you can do here"), brand=False)
def help_(context: Context) -> Answer:
    """List the commands that this person's roles allow in this room."""
    t = context.t
    lines = tuple(para(bold(f"/{route.name}"), f" · {t(route.help)}") for route in commands_of(context))
    stop = para(bold("/cancel"), " · ", t("Stop what I am asking you"))
    hint = para(t("Reply to a card to answer it. Nothing becomes public before you have seen it and sent it."))
    return Card(title=t("What you can do"), body=(*lines, stop, hint))


def commands_of(context: Context) -> list[Route]:
    """Return the commands that a person may use in a room, by name."""
    client = context.channel is not None and context.channel.purpose == "client"
    return [
        route
        for _name, route in sorted(routes().items())
        if route.kind == "command"
        and (context.member is not None or route.needs is Right.ANYONE)
        and allows(context.roles, route.needs)
        and (not client or in_client_room(route.needs))
    ]
