"""Answers: from a preview that nobody outside sees to a public reply, sent once.

`preview` is what people do before an answer is public, `sending` what the desk does with the network, `outcome` what is made
of a call's end, `changes` what has happened since the writer looked.
"""

from smm.replies.changes import Change, Seen, look, since
from smm.replies.outcome import drop, it_is_there, recognise, send_again, words_of
from smm.replies.preview import Changed, cancel, confirm, discard, find, get, preview, warnings
from smm.replies.sending import due, send

__all__ = [
    "Change",
    "Changed",
    "Seen",
    "cancel",
    "confirm",
    "discard",
    "drop",
    "due",
    "find",
    "get",
    "it_is_there",
    "look",
    "preview",
    "recognise",
    "send",
    "send_again",
    "since",
    "warnings",
    "words_of",
]
