"""What Bot API 10.2 and 10.3 added to the description of 10.1, as far as we use it: ephemeral messages.

In the same form, so that requests and answers are held against it. https://core.telegram.org/bots/api-changelog; an
independent client (aiogram) sends them to the loopback server in test_telegram_faithful.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Described = dict[str, Any]


def _field(name: str, *types: str, required: bool = False) -> Described:
    return {"name": name, "types": list(types), "required": required, "description": ""}


def _of_one(*more: Described) -> Described:
    who = [_field("chat_id", "Integer", "String", required=True), _field("receiver_user_id", "Integer", required=True)]
    return {"fields": [*who, _field("ephemeral_message_id", "Integer", required=True), *more], "returns": ["Boolean"]}


METHODS: dict[str, Described] = {"deleteEphemeralMessage": _of_one()}
FIELDS_OF_METHODS: dict[str, list[Described]] = {
    "sendMessage": [
        _field("receiver_user_id", "Integer"),
        _field("callback_query_id", "String"),
        _field("ephemeral_message_parameters", "EphemeralMessageParameters"),
    ]
}
TYPES: dict[str, Described] = {
    "EphemeralMessageParameters": {
        "fields": [
            _field("receiver_user_id", "Integer", required=True),
            _field("callback_query_id", "String"),
            _field("replace_callback_query_message", "Boolean"),
        ]
    }
}
FIELDS_OF_TYPES: dict[str, list[Described]] = {
    "Message": [_field("receiver_user", "User"), _field("ephemeral_message_id", "Integer")],
}


def extended(document: Mapping[str, Any]) -> Described:
    """Return a description with what came later; what it describes by itself by now stays."""
    methods = {**METHODS, **document["methods"]}
    types = {**TYPES, **document["types"]}
    return {
        "methods": methods | {name: _with(methods[name], more) for name, more in FIELDS_OF_METHODS.items()},
        "types": types | {name: _with(types[name], more) for name, more in FIELDS_OF_TYPES.items()},
    }


def _with(described: Mapping[str, Any], more: list[Described]) -> Described:
    known = {field["name"] for field in described["fields"]}
    return {**described, "fields": [*described["fields"], *(field for field in more if field["name"] not in known)]}
