"""An Ask as a Slack modal, and back: questions to input blocks, a submitted view to answers, what is wrong to its errors.

Pure. A view holds 100 blocks, a title and its buttons 24 characters, private metadata 3000, a text field 3000, a select 100
options or 100 groups of them (https://docs.slack.dev/reference/views/modal-views, /reference/block-kit/block-elements). A field
that covers what is typed does not exist there: `has_secret` tells whether to send somebody to the web page instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.answers import beside
from bot.chat_text import clean, cut, line, shorten, units, visible
from bot.slack_text import Block, plain_text
from handlers.card import Ask, Question
from smm import text

CALLBACK: Final = "ask"
VALUE: Final = "value"
TIME: Final = ":time"  # ends the block of a moment's time of day; its date stands in the block of the question's name
BLOCKS_LIMIT, TITLE_LIMIT, BLOCK_ID_LIMIT = 100, 24, 255
LABEL_LIMIT, HINT_LIMIT, ERROR_LIMIT, HEADER_LIMIT = 2_000, 2_000, 300, 150
TEXT_LIMIT: Final = 3_000
OPTION_TEXT, OPTION_VALUE, OPTIONS, GROUPS = 75, 150, 100, 100
FILES: Final = 10
# What bot/media.py takes. Slack looks at names alone; we look at what is in the file.
PICTURES: Final = ["jpg", "jpeg", "png", "gif", "webp", "mp4", "pdf"]
RECORDINGS: Final = ["ogg", "oga", "mp3", "m4a", "wav", "webm", "mp4"]


def has_secret(ask: Ask) -> bool:
    """Say whether something is asked that nobody may read over a shoulder: Slack would show it while it is typed."""
    return any(question.kind == "secret" for question in ask.questions)


def fits(ask: Ask) -> bool:
    """Say whether a modal can ask this: nothing secret, and no text filled in beforehand that would be cut."""
    words = [question.value for question in ask.questions if question.kind in {"line", "text"}]
    return not has_secret(ask) and all(units(value) <= TEXT_LIMIT for value in words)


def modal(
    ask: Ask,
    title: str,
    private: str,
    values: Mapping[str, str] | None = None,
    zone: str = "UTC",
) -> Block:
    """Return the view that asks. `private` comes back with the answers; `values` are filled in.

    A moment is a date and a time of day in `zone`, the brand's: Slack's own date-time picker knows only the viewer's zone.
    """
    named = {one.name: one for one in _eased(ask.questions) if _is_nameable(one.name)}
    blocks = [block for one in named.values() for block in _blocks(one, (values or {}).get(one.name, one.value), zone)]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": private,
        "title": plain_text(title, TITLE_LIMIT),
        "submit": plain_text(ask.submit, TITLE_LIMIT, "✓"),
        "notify_on_close": True,
        "blocks": [*_whole_title(title, asked=bool(blocks)), *blocks][:BLOCKS_LIMIT],
    }


def _eased(questions: Sequence[Question]) -> Iterator[Question]:
    """Return the questions; one that a file may answer instead is not insisted on here, but when the answers are read."""
    for number, question in enumerate(questions):
        yield replace(question, required=False) if beside(questions, number) else question


def _is_nameable(name: str) -> bool:
    return 0 < len(name) <= BLOCK_ID_LIMIT - len(TIME) and not name.endswith(TIME) and _is_plain(name)


def _is_plain(name: str) -> bool:
    return clean(name) == name


def _whole_title(title: str, *, asked: bool) -> Iterator[Block]:
    if units(line(title)) > TITLE_LIMIT or not asked:
        yield {"type": "header", "text": plain_text(title, HEADER_LIMIT)}


def _blocks(question: Question, value: str, zone: str) -> Iterator[Block]:
    if question.kind == "moment":
        yield from _moment(question, value, zone)
    elif question.kind == "files":
        yield _files(question, len(value.split()))
    else:
        groups = list(_groups(question)) if question.kind == "choice" else []
        yield _input(question, _select(groups, value) if groups else _text(question, value))


def _input(question: Question, element: Block) -> Block:
    block: Block = {
        "type": "input",
        "block_id": question.name,
        "label": plain_text(question.label, LABEL_LIMIT),
        "element": element | {"action_id": VALUE},
        "optional": not question.required,
    }
    return block | {"hint": plain_text(question.hint, HINT_LIMIT)} if visible(question.hint) else block


def _files(question: Question, kept: int) -> Block:
    """Return a field for files. Those that there are already cannot be shown in it: they are counted, and stay."""
    counted = replace(question, label=f"{question.label} · 📎 {kept}", required=False) if kept else question
    types, most = (RECORDINGS, 1) if question.along else (PICTURES, FILES)
    return _input(counted, {"type": "file_input", "filetypes": types, "max_files": most})


def _text(question: Question, value: str) -> Block:
    """Return a field for words, also for a choice whose options a select cannot hold: its labels are understood."""
    limit = min(question.limit, TEXT_LIMIT) if question.limit > 0 else TEXT_LIMIT
    known = cut(text.clean(value) if question.kind == "text" else text.line(value, limit), limit)  # as it was kept
    element = {"type": "plain_text_input", "multiline": question.kind == "text", "max_length": limit}
    return element | {"initial_value": known} if known else element


def _moment(question: Question, value: str, zone: str) -> Iterator[Block]:
    day, hour = _local(value, zone)
    date = {"type": "datepicker"} | ({"initial_date": day} if day else {})
    time = {"type": "timepicker", "timezone": zone} | ({"initial_time": hour} if hour else {})
    yield _input(question, date)
    yield {
        "type": "input",
        "block_id": question.name + TIME,
        "label": plain_text(f"🕐 {zone.replace('_', ' ')}", LABEL_LIMIT),
        "element": time | {"action_id": VALUE},
        "optional": not question.required,
    }


def _local(value: str, zone: str) -> tuple[str, str]:
    """Return the date and the time of day of an ISO date-time in a zone; empty for anything else."""
    try:
        at = datetime.fromisoformat(value)
        local = at if at.tzinfo is None else at.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return "", ""
    return f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def _groups(question: Question) -> Iterator[list[Block]]:
    """Return the options as a select can hold them, a hundred to a group."""
    usable = {value: label for value, label in question.options if 0 < len(value) <= OPTION_VALUE and _is_plain(value)}
    options = [{"text": plain_text(label, OPTION_TEXT), "value": value} for value, label in usable.items()]
    for start in range(0, min(len(options), OPTIONS * GROUPS), OPTIONS):
        yield options[start : start + OPTIONS]


def _select(groups: Sequence[list[Block]], value: str) -> Block:
    chosen = next((option for group in groups for option in group if option["value"] == value), None)
    element: Block = {"type": "static_select"} | ({"initial_option": chosen} if chosen else {})
    if len(groups) == 1:
        return element | {"options": groups[0]}
    return element | {"option_groups": [_group(group) for group in groups]}


def _group(options: list[Block]) -> Block:
    """Return a group that is named by its first and its last option."""
    first, last = (shorten(options[at]["text"]["text"], OPTION_TEXT // 2 - 2) for at in (0, -1))
    return {"label": plain_text(f"{first} – {last}", OPTION_TEXT), "options": options}


def answers(view: Mapping[str, Any]) -> dict[str, str]:
    """Return what was answered in a submitted view, by question; files are not among it, `files` returns those."""
    given: dict[str, str] = {}
    for name, state in _states(view):
        if state.get("type") == "timepicker":
            asked = name.removesuffix(TIME)
            given[asked] = f"{given.get(asked, '')} {state.get('selected_time') or ''}".strip()
        elif state.get("type") != "file_input":
            given[name] = _answer(state)
    return given


def _answer(state: Mapping[str, Any]) -> str:
    chosen = state.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else state.get("selected_date") or state.get("value")
    return value if isinstance(value, str) else ""


def files(view: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the files that came with a submitted view, as Slack describes them."""
    found = [state.get("files") or () for _name, state in _states(view) if state.get("type") == "file_input"]
    return tuple(file for some in found for file in some if isinstance(file, Mapping))


def _states(view: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the states of the view's inputs by block, dates before their times: the blocks' order is not the state's."""
    blocks = (view.get("state") or {}).get("values") or {}
    for name in sorted(blocks):
        if isinstance(state := blocks[name].get(VALUE), Mapping):
            yield name, state


def refused(errors: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer to a submitted view that keeps it open and shows what is wrong, by question."""
    return {
        "response_action": "errors",
        "errors": {name: plain_text(error, ERROR_LIMIT)["text"] for name, error in errors.items()},
    }
