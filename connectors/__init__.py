"""What is outside: one file per social network, each a `Connector`; found by looking, never listed by hand."""

from connectors.registry import find, networks_table

__all__ = ["find", "networks_table"]
