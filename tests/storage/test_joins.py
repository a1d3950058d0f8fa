"""Two members who become one: whatever names a member is renamed, also in tables that come later."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint

from storage.joins import OWN, UNBOUND
from storage.schema import metadata

# A row a member, so that renaming could meet the other one's row: joins.py says what becomes of each.
MINDED = {"votes"}


def test_where_a_row_is_a_members_alone_joining_has_been_thought_of() -> None:
    alone = set()
    for table in metadata.sorted_tables:
        named = {
            column.name
            for column in table.columns
            if column.name in UNBOUND or any(str(each.target_fullname) == "members.id" for each in column.foreign_keys)
        }
        keys = [{column.name for column in table.primary_key}]
        keys += [
            {column.name for column in each.columns} for each in table.constraints if isinstance(each, UniqueConstraint)
        ]
        keys += [{column.name for column in each.columns} for each in table.indexes if each.unique]
        if any(named & key for key in keys):
            alone.add(table.name)
    assert alone - OWN == MINDED
