"""The guide says what the program says: labels, commands, settings, pictures, who may do what, alike in both languages.

In the guide bold means a label of the program, and nothing else. Run this file to write its tables anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.web.pages.inbox import SHORTCUTS
from config.settings import Settings
from config.words import words
from handlers.members import role_names
from handlers.route import load, routes
from smm.roles import ROLES, Right

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = {language: DOCS / f"guide.{language}.md" for language in ("en", "ru")}
SHOWING = (*GUIDES.values(), ROOT / "README.md")
LINKING = (*SHOWING, ROOT / "connectors" / "README.md")
BEGIN, END = "<!-- table: generated from the code, see tests/test_guide.py -->\n", "<!-- end of table -->"
KEYS = "<!-- keys: the same as in the program, see tests/test_guide.py -->\n"
FOREIGN = {"/newbot", "/desk"}  # said to BotFather, and Slack's one command

MAY: dict[Right, tuple[str, str]] = {
    Right.ANYONE: ("begin, get help", "начать, получить помощь"),
    Right.MEMBER: ("see what was put to them", "видеть то, что им показали"),
    Right.SEE: ("see the team's work, write notes", "видеть работу команды, писать заметки"),
    Right.REPLY: ("answer people, hide and close comments", "отвечать людям, скрывать и закрывать комментарии"),
    Right.WRITE: ("write, plan and change posts", "писать, планировать и менять посты"),
    Right.PROMOTE: (
        "make links by which people join, and stop them",
        "создавать и останавливать пригласительные ссылки",
    ),
    Right.APPROVE: ("approve for the team", "согласовать от команды"),
    Right.SIGN_OFF: ("approve as the client", "согласовать от клиента"),
    Right.HOLD: ("stop everything that is not out", "остановить всё, что не вышло"),
    Right.MANAGE: ("manage people, rooms, accounts, rules", "управлять людьми, чатами, аккаунтами, правилами"),
}


def table(language: str) -> str:
    """Return who may do what, with the commands that need it."""
    load()
    russian = language == "ru"
    roles = role_names(words(language))
    lines = [["можно", "команды", *roles.values()] if russian else ["may", "commands", *roles.values()]]
    lines.append(["---"] * len(lines[0]))
    for right, said in MAY.items():
        marks = ["✔" if role in ROLES[right] else "–" for role in roles]
        lines.append([said[russian], _commands(right), *marks])
    return "".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in line) + "|\n" for line in lines)


def _commands(right: Right) -> str:
    names = sorted(each.name for each in routes().values() if each.kind == "command" and each.needs is right)
    return " ".join(f"`/{name}`" for name in names) or "–"


def written(language: str) -> str:
    head, _, rest = GUIDES[language].read_text(encoding="utf-8").partition(BEGIN)
    return f"{head}{BEGIN}{table(language)}{END}{rest.partition(END)[2]}"


def labels(language: str) -> list[str]:
    return re.findall(r"\*\*([^*]+)\*\*", GUIDES[language].read_text(encoding="utf-8"))


def leads(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(path: Path) -> set[str]:
    """Return the addresses of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("language", GUIDES)
def test_who_may_do_what_is_what_the_code_says(language: str) -> None:
    assert set(MAY) == set(Right)
    assert written(language) == GUIDES[language].read_text(encoding="utf-8"), (
        "run: PYTHONPATH=. python tests/test_guide.py"
    )


def test_every_label_is_on_a_button_in_both_languages() -> None:
    catalogue = (ROOT / "config/locales/ru/LC_MESSAGES/copydesk.po").read_text(encoding="utf-8")
    t = words("ru")
    assert [label for label in labels("en") if f'msgid "{label}"\n' not in catalogue] == []
    assert [t(label) for label in labels("en")] == labels("ru")


@pytest.mark.parametrize("language", GUIDES)
def test_every_command_is_told_about(language: str) -> None:
    load()
    head, _, rest = GUIDES[language].read_text(encoding="utf-8").partition(BEGIN)
    told = set(re.findall(r"`/([a-z]+)", head + rest.partition(END)[2]))
    assert {each.name for each in routes().values() if each.kind == "command"} - told == set()


@pytest.mark.parametrize("language", GUIDES)
def test_the_keyboard_does_what_the_page_says(language: str) -> None:
    _, _, rest = GUIDES[language].read_text(encoding="utf-8").partition(KEYS)
    assert re.findall(r"^\| `(.)` \|", rest, re.MULTILINE) == [key for key, _, _ in SHORTCUTS]


def test_both_languages_have_the_same_parts() -> None:
    english, russian = (GUIDES[language].read_text(encoding="utf-8") for language in ("en", "ru"))
    for part in (
        r"^(#+) ",
        r"^(\d\.|-) ",
        r"!\[[^\]]*\](\([^)]+\))",
        r"(COPYDESK_\w+)",
        r"`(/[a-z]+)",
        r"`(copydesk [a-z-]+)",
    ):
        assert re.findall(part, english, re.MULTILINE) == re.findall(part, russian, re.MULTILINE)
    assert len(leads(english)) == len(leads(russian))


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.name)
def test_everything_that_is_named_is_there(page: Path) -> None:
    load()
    text = page.read_text(encoding="utf-8")
    commands = {f"/{each.name}" for each in routes().values() if each.kind == "command"} | FOREIGN
    said = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    assert set(re.findall(r"`(/[a-z]+)", text)) - commands == set()
    assert set(re.findall(r"`copydesk ([a-z-]+)", text)) - said == set()
    assert {each.removeprefix("COPYDESK_").lower() for each in re.findall(r"COPYDESK_[A-Z_]+", text)} <= {
        *Settings.model_fields
    }


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for lead in leads(page.read_text(encoding="utf-8")):
        if lead.startswith("https://"):
            continue
        name, _, anchor = lead.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), lead
        assert not anchor or anchor in anchors(target), lead


def test_every_picture_is_shown_and_small() -> None:
    shown = {Path(lead).name for page in SHOWING for lead in leads(page.read_text(encoding="utf-8"))}
    for picture in (DOCS / "screenshots").iterdir():
        assert picture.name in shown
        assert picture.stat().st_size < 300_000, picture.name


if __name__ == "__main__":
    for each, guide in GUIDES.items():
        guide.write_text(written(each), encoding="utf-8")
