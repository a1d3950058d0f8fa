"""Search: which mentions hold the words that a person typed, newest first. The index lives in storage/migrations.

Every word must be there, in the text or the author's name. Whole words come first; only where they do not fill the page are
they taken as beginnings too, so that `кофе` finds `кофейня`: beginnings of a common word cost as much as its matches are many.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Executable, Integer, String, bindparam, column, func, literal_column, select, table

from storage.mentions import mentions
from storage.unit_of_work import UnitOfWork

WORDS, LETTERS, BEGINNING = 8, 64, 3
FEW = 10_000

_WORD = re.compile(r"[^\W_]+")
_FOLD = str.maketrans("ёàáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "еaaaaaaceeeeiiiinooooouuuuyy")


_asked = bindparam("wanted", type_=String)
_ours = mentions.c.brand_id == bindparam("of_brand")
_most = bindparam("most", type_=Integer)

_index = table("mentions_words", column("rowid"))
_SQLITE = (
    select(mentions.c.id)
    .join_from(_index, mentions, mentions.c.id == _index.c.rowid)
    .where(literal_column("mentions_words").op("MATCH")(_asked), _ours)
    .order_by(_index.c.rowid.desc())
    .limit(_most)
)

# The planner walks the primary key backwards for ORDER BY id LIMIT n whatever the words: right for a common word, 600 ms on
# a million mentions for a rare one. So we look first whether the word is rare, and then fence the index off from the order.
_holds = func.mentions_words(mentions.c.text, mentions.c.author_name).op("@@")(
    func.to_tsquery(literal_column("'simple'"), _asked)
)
_MATCHES = select(func.count()).select_from(select(mentions.c.id).where(_holds).limit(FEW).subquery())
_found = select(mentions.c.id).where(_holds, _ours).cte("found").prefix_with("MATERIALIZED")
_RARELY = select(_found.c.id).order_by(_found.c.id.desc()).limit(_most)
_OFTEN = select(mentions.c.id).where(_holds, _ours).order_by(mentions.c.id.desc()).limit(_most)


def search(uow: UnitOfWork, brand_id: int, words: str, limit: int = 20) -> list[int]:
    """Return the ids of the brand's mentions that hold all the words, newest first; none where no word was given."""
    wanted = [word[:LETTERS] for word in _WORD.findall(words.lower().translate(_FOLD))][:WORDS]
    if not wanted:
        return []
    ids = _find(uow, brand_id, [(word, False) for word in wanted], limit)
    if len(ids) < limit:
        ids = _find(uow, brand_id, [(word, len(word) >= BEGINNING) for word in wanted], limit)
    return ids


def _find(uow: UnitOfWork, brand_id: int, wanted: list[tuple[str, bool]], limit: int) -> list[int]:
    values: dict[str, Any] = {"of_brand": brand_id, "most": limit}
    if not uow.postgresql:
        asked = " ".join(f'"{word}"' + "*" * begins for word, begins in wanted)
        return _ids(uow, _SQLITE, wanted=asked, **values)
    asked = " & ".join(f"'{word}'" + ":*" * begins for word, begins in wanted)
    rare = uow.scalar(_MATCHES, wanted=asked) < FEW
    return _ids(uow, _RARELY if rare else _OFTEN, wanted=asked, **values)


def _ids(uow: UnitOfWork, statement: Executable, **values: Any) -> list[int]:
    return [row[0] for row in uow.rows(statement, **values)]
