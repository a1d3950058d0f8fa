"""The cards of the brand's pulse: far more than usual comes in, or a source says nothing any more. Each says against what norm."""

from __future__ import annotations

from handlers.card import Button, Card, Field, para, row
from handlers.route import Scene, view
from smm import brands, declared, pulse


@view(pulse.SPIKE)
def spike_card(scene: Scene) -> Card | None:
    """Draw how much more than usual comes in; clients see nothing of it."""
    surge = pulse.last_surge(scene.uow, scene.object_id)
    if surge is None or scene.audience == "client":
        return None
    t, zone = scene.t, brands.get(scene.uow, scene.object_id).zone
    return Card(
        title=t("Far more than usual comes in"),
        body=(
            para(
                t.n(
                    "{count} in the hour from {when}; usually {usual} at this time.",
                    "{count} in the hour from {when}; usually {usual} at this time.",
                    surge.count,
                    when=t.when(surge.hour, zone),
                    usual=round(surge.usual),
                )
            ),
        ),
        buttons=(row(Button(t("Open the inbox"), "inbox.list")),),
        tone="warn",
    )


@view(pulse.SILENCE)
def silence_card(scene: Scene) -> Card | None:
    """Draw that a source says nothing any more, or that it speaks again."""
    account, silence = pulse.find(scene.uow, scene.object_id)
    if account is None or scene.audience == "client":
        return None
    t, network = scene.t, declared.title(account.network)
    if silence is None:
        return Card(title=t("{account} on {network} speaks again", account=account.name, network=network), tone="good")
    return Card(
        title=t("Nothing comes from {account} on {network}", account=account.name, network=network),
        body=(
            para(
                t(
                    "Silent for {time}; its longest silence in two weeks was {longest}. The account answers when asked:"
                    " perhaps comments are closed there, or the key has lost a right.",
                    time=t.ago((scene.uow.now - silence.since).total_seconds()),
                    longest=t.ago(silence.longest.total_seconds()),
                )
            ),
        ),
        fields=(Field(t("Account"), account.name),),
        buttons=(
            row(
                Button(t("Check now"), "accounts.check", account.id),
                Button(t("Open account"), "accounts.open", account.id),
            ),
        ),
        tone="warn",
    )
