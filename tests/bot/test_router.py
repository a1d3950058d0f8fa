"""The router: who may do what, once, and what everybody else is told."""

from dialog import TestDesk

from handlers.card import Card


async def test_an_unknown_command_names_the_closest(desk: TestDesk) -> None:
    card = await desk.anna.says("/chanels")
    assert isinstance(card, Card)
    print(card)
