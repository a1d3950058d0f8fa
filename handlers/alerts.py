"""What delivery itself has to tell: what it could not show, and what it put together."""

from __future__ import annotations

from handlers.card import Answer, Button, Card, Edit, Notice, para
from handlers.route import Context, Scene, action, view
from smm import alerts, readers
from smm.errors import N_
from smm.roles import Right


@view("alert.lost")
def lost(scene: Scene) -> Card | None:
    """Tell that a message could not be shown in its chat."""
    alert = alerts.get(scene.uow, scene.object_id)
    if alert is None:
        return None
    t = scene.t
    return Card(
        title=t(N_("A message could not be delivered")),
        body=(
            para(
                t(
                    N_("The chat “{chat}” on {platform} did not take it: {reason}. See /channels."),
                    chat=alerts.title(scene.uow, alert),
                    platform=alert.platform,
                    reason=alert.error,
                )
            ),
        ),
        tone="bad",
    )


@view(readers.CLOSED)
def closed(scene: Scene) -> Card | None:
    """Say nothing in a chat that is nobody's any more: delivery draws over what stood there."""
    return None


@action(
    "alerts.show", needs=Right.MEMBER, help=N_("Show the messages that were put together, a few at a time"), brand=False
)
def show(context: Context) -> Answer:
    """Show what was put together for want of room, a few at a time."""
    t = context.t
    ids = [int(one) for one in context.args.get("ids", "").split() if one.isdigit()]
    shown = alerts.show_merged(context.uow, context.chat, ids)
    if not shown:
        return Notice(t(N_("These are shown already.")))
    left = [one for one in ids if one not in shown]
    if left:
        button = Button(t(N_("Show more")), "alerts.show", args={"ids": " ".join(map(str, left))})
        return Edit(Card(title=t.n("{count} more", "{count} more", len(left)), buttons=((button,),)))
    return Edit(Card(body=(para(t(N_("All of these are shown below."))),)))
