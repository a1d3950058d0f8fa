"""Any card at all, hostile ones first: for properties that every platform's rendering must have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from handlers.card import Ask, Button, Card, Field, Frame, Link, Para, Picture, Question, Quote, Span
from smm.networks import Options, Poll, PostKind
from smm.previews import Box, Preview, Tile

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea></template><iframe src=javascript:alert(1)>",
    "<style>@import 'https://evil.example'</style>",
    "{{ 7 * 7 }} {% raw %} ${alert(1)} `x`",
    "</details></blockquote></li><form action=https://evil.example><button>Approve",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt; &#x3c;i&#62; &bogus;",
    "\u202etxt.exe\u202c \u2066x\u2069 \u200b\ufeff",
    "a\x00b\x1b[31m\x7f\x9b\r\nc\u2028d\u2029e\x0bf",
    "\ud83d lone \udc00",
    "שלום مرحبا Привет 你好 👩‍👩‍👧‍👦",
    "word " * 400,
    "line\n" * 60,
)
URLS = (
    "https://example.org/a?b=1&c=\"<>'",
    "http://127.0.0.1/network/1.png",
    "http://[::1",
    "https://",
    "//evil.example/x",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "vbscript:x",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "https://user:password@example.org/\n",
    "",
)
text: Any = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
url: Any = st.one_of(st.sampled_from(URLS), text)
style: Any = st.sampled_from(["plain", "bold", "italic", "strike", "insert", "delete", "code"])
look: Any = st.sampled_from(["plain", "good", "bad"])
kind: Any = st.sampled_from(["line", "secret", "text", "choice", "moment", "files"])
at: Any = st.sampled_from([None, datetime(2026, 3, 5, 8, tzinfo=UTC)])
span = st.builds(Span, text=text, style=style, href=url, at=at)
part: Any = st.floats(0.01, 1.0)
box = st.builds(Box, part, part, part, part)
mime: Any = st.sampled_from(["image/jpeg", "video/mp4", "application/pdf", '"><b>'])
preview = st.builds(
    Preview,
    *[text] * 5,
    tiles=st.lists(st.builds(Tile, text, text, mime, part, box, box), max_size=3).map(tuple),
    shape=part,
    more=st.integers(0, 3),
    card=url,
    links=st.booleans(),
    options=st.builds(
        Options,
        kind=st.sampled_from(PostKind),
        warning=text,
        poll=st.one_of(
            st.none(), st.builds(Poll, st.lists(text, min_size=1, max_size=3).map(tuple), several=st.booleans())
        ),
        first_comment=text,
    ),
)
block: Any = st.one_of(
    st.builds(Para, spans=st.lists(span, max_size=3).map(tuple)),
    st.builds(Quote, text=text, author=text),
    st.builds(Frame, text=text, author=text, shown=preview),
)
picture = st.builds(
    Picture,
    digest=st.sampled_from(["", "a" * 64, "../../etc/passwd", '"><script>']),
    url=url,
    alt=text,
    mime=mime,
)
button = st.builds(Button, label=text, look=look, url=st.one_of(st.just(""), url), confirm=text, ref=text)
question = st.builds(
    Question,
    name=text,
    label=text,
    kind=kind,
    required=st.booleans(),
    hint=text,
    value=text,
    options=st.lists(st.tuples(text, text), max_size=8).map(tuple),
    limit=st.integers(0, 500),
)
card = st.builds(
    Card,
    title=text,
    body=st.lists(block, max_size=4).map(tuple),
    fields=st.lists(st.builds(Field, label=text, value=text, at=at), max_size=3).map(tuple),
    pictures=st.lists(picture, max_size=3).map(tuple),
    link=st.one_of(st.none(), st.builds(Link, label=text, url=url)),
    buttons=st.lists(st.lists(button, max_size=3).map(tuple), max_size=3).map(tuple),
    ask=st.one_of(
        st.none(),
        st.builds(
            Ask, action=text, questions=st.lists(question, max_size=4).map(tuple), submit=text, ref=st.just("r" * 16)
        ),
    ),
    footer=text,
    tone=st.sampled_from(["plain", "good", "warn", "bad"]),
    at=at,
)
