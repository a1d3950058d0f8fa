"""The command line: run · demo · check · migrate · routes · networks · slack-manifest.

Every command says in words what it did or what to do next; only `--json` output is for programs.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config.settings import Settings
from smm.errors import ConfigError

app = typer.Typer(
    help="Copydesk: the social media team's desk, inside the chat.", no_args_is_help=True, add_completion=False
)
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", "-s", help="Settings file (NAME=value lines); the environment wins.")
]


def _settings(path: Path | None) -> Settings:
    """Read the settings; what cannot be used stops us, what is no setting is told."""
    from bot import settings_check

    try:
        found = settings_check.read(path)
    except ConfigError as error:
        _refuse(str(error))
    for words in settings_check.misspelt(path):
        typer.secho(words, err=True, fg="yellow")
    return found


def _refuse(words: str) -> NoReturn:
    typer.secho(words, err=True, fg="red")
    raise typer.Exit(2)


@app.command()
def run(settings: SettingsFile = None) -> None:
    """Open the desk and keep it open until it is stopped."""
    from bot.running import serve

    _finish(lambda: asyncio.run(serve(_settings(settings))))


@app.command("sign-in")
def sign_in(
    name: Annotated[str, typer.Argument(help="The member's name; without one, the owner.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Print a one-time link to the web chat, for somebody who cannot get in."""
    from bot.running import sign_in as print_link

    _finish(lambda: asyncio.run(print_link(_settings(settings), name)))


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(help="Port of the page; 0 takes a free one. Without it: COPYDESK_WEB_PORT, else 8080.")
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder for the demo's data.")] = Path("data/demo"),
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
) -> None:
    """Open a desk with a sample brand, a web chat and a demo network; nothing else is needed."""
    from bot.running import serve_demo

    _finish(lambda: asyncio.run(serve_demo(port=port, data=data, browser=not no_browser)))


@app.command()
def check(
    settings: SettingsFile = None,
    audit: Annotated[bool, typer.Option("--audit", help="Verify the audit trail's chain too.")] = False,
) -> None:
    """Say what is ready and what is missing."""
    from bot.checks import Finding, inspect

    findings: list[Finding] = asyncio.run(inspect(_settings(settings), audit=audit))
    for finding in findings:
        typer.secho(f"{finding.mark} {finding.words}", fg=finding.colour)
    raise typer.Exit(1 if any(finding.level == "missing" for finding in findings) else 0)


@app.command()
def migrate(settings: SettingsFile = None) -> None:
    """Bring the database to today's schema."""
    from storage.migrate import migrate as bring

    def work() -> None:
        chosen = _settings(settings)
        asyncio.run(bring(chosen.database_url))
        typer.echo("The database has today's schema.")

    _finish(work)


@app.command()
def routes(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List everything that can be said or pressed."""
    from bot.tables import routes_table

    table = routes_table()
    if as_json:
        json.dump(table, sys.stdout, ensure_ascii=False, indent=2)
        return
    for row in table:
        mark = "/" if row["kind"] == "command" else ""
        typer.echo(f"{mark}{row['name']:<28} {row['needs']:<10} {row['help']['en']}")


@app.command()
def networks(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the networks and what each can."""
    from connectors import networks_table

    table = networks_table()
    if as_json:
        json.dump(table, sys.stdout, ensure_ascii=False, indent=2)
        return
    for row in table:
        typer.echo(f"{row['title']:<16} {', '.join(row['can'])}")


@app.command("slack-manifest")
def slack_manifest(
    url: Annotated[str, typer.Option(help="Public https address, if Slack shall push to it; else Socket Mode.")] = "",
) -> None:
    """Print the manifest from which Slack makes the app."""
    from bot.slack_manifest import written

    _finish(lambda: typer.echo(written(url), nl=False))


def _finish(work: Callable[[], object]) -> None:
    try:
        work()
    except ConfigError as error:
        _refuse(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


if __name__ == "__main__":
    app()
