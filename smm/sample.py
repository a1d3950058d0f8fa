"""The sample world: Northwind Coffee, its people and its two rooms. `copydesk demo` opens with it, and so do the tests."""

from __future__ import annotations

from dataclasses import dataclass

from smm import templates
from smm.members import web_user
from smm.roles import Role
from storage import brands, channels, members
from storage.brands import Brand, Workspace
from storage.channels import Channel, ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

# What the made-up brand answers again and again, in the languages that people write to it; title first.
ANSWERS = (
    ("Oat milk", "Yes, we have oat and soy milk, at no extra charge. Come by and try it!"),
    ("Dogs inside", "Dogs are welcome inside, and a bowl of water is waiting for them by the door."),
    ("Open on Sunday, opening hours", "We are open every day, Sunday too, from eight to eight."),
    (
        "Ship, order, delivery",
        "We ship within two working days. Please send us your order number, we will look right away.",
    ),
    (
        "Ground beans for a French press, moka pot",
        "We grind any bag for you, free of charge: just tell us what you brew with.",
    ),
    (
        "Waited, complaint",
        "We are sorry, that is not how it should be. Please tell us the day and time, we will make it up to you.",
    ),
    ("Thank you", "Thank you, that made our day! See you soon."),
    (
        "Class, how much",
        "You need to bring nothing. Price and free seats are on the board at the counter, or ask us here.",
    ),
    ("Овсяное молоко", "Да, есть овсяное и соевое, без доплаты. Заходите попробовать!"),
    ("С собакой можно", "С собаками можно, миска с водой стоит у двери."),
    ("Работаете в воскресенье, до скольки", "Мы открыты каждый день, и в воскресенье тоже, с восьми до восьми."),
    ("Заказ, доставка, отправляете", "Отправляем за два рабочих дня. Напишите номер заказа, сразу проверим."),
    ("Ждала, жалоба", "Простите, так быть не должно. Напишите день и время, мы всё исправим."),
    ("Спасибо", "Спасибо, нам очень приятно! Ждём вас снова."),
)


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is: Anna owns the desk, Boris answers, Vera writes, Clara is the client."""

    workspace: Workspace
    brand: Brand
    anna: Member
    boris: Member
    vera: Member
    clara: Member
    team: Channel
    client: Channel


def build_world(uow: UnitOfWork, language: str = "en") -> World:
    """Make the sample workspace with its brand, people and web rooms; accounts are for the caller to add."""
    workspace = brands.first_workspace(uow) or brands.add_workspace(uow, "Copydesk")
    brand = brands.add(
        uow, workspace.id, "Northwind Coffee", "northwind-coffee", language=language, zone="Europe/Berlin"
    )
    people = [
        _person(uow, brand, name, role, language)
        for name, role in (
            ("Anna", Role.OWNER),
            ("Boris", Role.COMMUNITY),
            ("Vera", Role.CONTENT),
            ("Clara", Role.CLIENT),
        )
    ]
    team = channels.add(uow, brand.id, ChatRef("web", "team"), "team", "Northwind team", language)
    client = channels.add(uow, brand.id, ChatRef("web", "client"), "client", "Northwind client", language)
    anna, boris, vera, clara = people
    return World(workspace, brand, anna, boris, vera, clara, team, client)


def save_answers(uow: UnitOfWork, brand_id: int) -> None:
    """Give the brand its saved answers, so that suggestions have something to be built from."""
    for title, text in ANSWERS:
        templates.save(uow, brand_id, title, text)


def _person(uow: UnitOfWork, brand: Brand, name: str, role: Role, language: str) -> Member:
    member = members.add(uow, brand.workspace_id, name, language, brand.id)
    members.identify(uow, member.id, "web", web_user(member.id), name)
    members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    return member
