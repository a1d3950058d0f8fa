"""What models cannot say: the audit trail takes no change, and mentions are found by words.

Both databases fold case, `ё` and Latin accents alike, as storage/search.py folds what is asked. PostgreSQL's parser would
keep addresses such as example.com/x in one piece, so punctuation becomes space first.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

ACCENTED = "ёàáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
PLAIN = "еaaaaaaceeeeiiiinooooouuuuyy"
MARKS = "./@_-#:?&=+%~,;!''\"()[]{}<>|\\*"

SQLITE = [
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE VIEW mentions_words_source AS
       SELECT id, replace(replace(text, 'ё', 'е'), 'Ё', 'Е') AS text,
              replace(replace(author_name, 'ё', 'е'), 'Ё', 'Е') AS author_name FROM mentions""",
    """CREATE VIRTUAL TABLE mentions_words USING fts5(text, author_name, content='mentions_words_source',
       content_rowid='id', tokenize='unicode61 remove_diacritics 2', columnsize=0)""",
    """CREATE TRIGGER mentions_words_added AFTER INSERT ON mentions BEGIN
         INSERT INTO mentions_words (rowid, text, author_name)
         VALUES (new.id, replace(replace(new.text, 'ё', 'е'), 'Ё', 'Е'),
                 replace(replace(new.author_name, 'ё', 'е'), 'Ё', 'Е'));
       END""",
    """CREATE TRIGGER mentions_words_gone AFTER DELETE ON mentions BEGIN
         INSERT INTO mentions_words (mentions_words, rowid, text, author_name)
         VALUES ('delete', old.id, replace(replace(old.text, 'ё', 'е'), 'Ё', 'Е'),
                 replace(replace(old.author_name, 'ё', 'е'), 'Ё', 'Е'));
       END""",
    """CREATE TRIGGER mentions_words_changed AFTER UPDATE OF text, author_name ON mentions BEGIN
         INSERT INTO mentions_words (mentions_words, rowid, text, author_name)
         VALUES ('delete', old.id, replace(replace(old.text, 'ё', 'е'), 'Ё', 'Е'),
                 replace(replace(old.author_name, 'ё', 'е'), 'Ё', 'Е'));
         INSERT INTO mentions_words (rowid, text, author_name)
         VALUES (new.id, replace(replace(new.text, 'ё', 'е'), 'Ё', 'Е'),
                 replace(replace(new.author_name, 'ё', 'е'), 'Ё', 'Е'));
       END""",
]

POSTGRESQL = [
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    f"""CREATE FUNCTION mentions_words(text, text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
       $$ SELECT to_tsvector('simple'::regconfig,
              translate(translate(lower($1 || ' ' || $2), '{ACCENTED}', '{PLAIN}'), '{MARKS}', '{" " * (len(MARKS) - 1)}')) $$""",
    """CREATE INDEX mentions_words_index ON mentions USING gin (mentions_words(text, author_name))""",
]


def upgrade() -> None:
    """Apply this change."""
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
