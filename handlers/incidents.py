"""The card of a story that many tell, with a counter that runs, and what is done about all of it at once."""

from __future__ import annotations

from typing import Final

from handlers.card import Answer, Button, Card, Field, Notice, Quote, bold, para, row
from handlers.mention_cards import author, excerpt
from handlers.route import Context, Scene, action, view
from smm import alerts, incidents
from smm.errors import N_, NotFound
from smm.roles import Right

EXCERPT: Final = 600
SHOWN: Final = 5
_STATES: Final = {"open": N_("Open"), "muted": N_("Muted: it is only counted"), "settled": N_("Settled")}


@view(incidents.VIEW)
def incident_card(scene: Scene) -> Card | None:
    """Draw a story as it is now; clients see nothing of it."""
    story = incidents.look(scene.uow, scene.object_id)
    if story is None or not story.mentions or scene.audience == "client":
        return None
    t, first, incident = scene.t, story.mentions[0], story.incident
    places = len({mention.account_id for mention in story.mentions})
    spent = (story.mentions[-1].said_at - first.said_at).total_seconds()
    return Card(
        title=t.n("The same is said {count} time", "The same is said {count} times", len(story.mentions)),
        body=(
            Quote(excerpt(first.text, EXCERPT), author(first)),
            para(
                bold(t.n("{count} waits for you.", "{count} wait for you.", len(story.waiting))),
                " ",
                t.n("In {count} account", "In {count} accounts", places),
                ", ",
                t("within {time}", time=t.ago(max(spent, 0.0))),
            ),
        ),
        fields=(Field(t("State"), t(_STATES[incident.state])),),
        buttons=_buttons(scene, story),
        tone="plain" if incident.state == "settled" else "warn",
    )


def _buttons(scene: Scene, story: incidents.Story) -> tuple[tuple[Button, ...], ...]:
    t, state, number = scene.t, story.incident.state, story.incident.id
    show = Button(t("Show them"), "incident.show", number)
    if state == "settled":
        return (row(show),)
    sound = (
        Button(t("Unmute"), "incident.unmute", number)
        if state == "muted"
        else Button(t("Mute"), "incident.mute", number)
    )
    settle = Button(t("Resolve all"), "incident.settle", number, confirm=t("Close all of this without an answer?"))
    return (row(show, sound, settle),)


@action("incident.show", needs=Right.SEE, help=N_("Show what belongs to this story, each with its buttons"))
def show(context: Context) -> Answer:
    """Show the newest mentions of a story that wait, a few at a time."""
    story = incidents.look(context.uow, context.object_id, context.of.id)
    if story is None:
        raise NotFound(N_("This story is not there any more. See /inbox for what waits."))
    before = context.args.get("before", "")
    listed = [each for each in story.waiting or story.mentions if not before.isdecimal() or each.id < int(before)]
    for mention in listed[-SHOWN:]:
        alerts.show(
            context.uow, context.chat, "mention", mention.id, brand_id=context.of.id, language=context.t.language
        )
    left = listed[:-SHOWN]
    if not left:
        return None
    more = Button(context.t("Show more"), "incident.show", story.incident.id, args={"before": str(listed[-SHOWN].id)})
    return Card(title=context.t.n("{count} more", "{count} more", len(left)), buttons=(row(more),))


@action("incident.mute", needs=Right.REPLY, help=N_("Let this story grow without a word"))
def mute(context: Context) -> Answer:
    """Mute a story."""
    incidents.mute(context.uow, context.actor, context.object_id)
    return None


@action("incident.unmute", needs=Right.REPLY, help=N_("Tell of this story again when it grows"))
def unmute(context: Context) -> Answer:
    """Unmute a story."""
    incidents.unmute(context.uow, context.actor, context.object_id)
    return None


@action("incident.settle", needs=Right.REPLY, help=N_("Close all of this story that nobody is answering"))
def settle(context: Context) -> Answer:
    """Settle a story."""
    closed = incidents.settle(context.uow, context.actor, context.object_id)
    return Notice(context.t.n("{count} was closed.", "{count} were closed.", closed))
