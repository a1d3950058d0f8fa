"""How the schema came to be: one file a change, run in order by storage/migrate.py. Shipped in the wheel."""
