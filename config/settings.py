"""Typed settings: from the environment (COPYDESK_*), else a settings file of the same names, else the default.

Everything that a network or a chat client talks to has its base address here, so that the real program can be pointed at
another server without a change of code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """All that can be set. Secrets never show in a repr."""

    model_config = SettingsConfigDict(env_prefix="COPYDESK_", extra="ignore", hide_input_in_errors=True)

    data: Path = Field(Path("data"), description="Folder for the database, the media and the key.")
    database: str = Field("", description="Database URL: sqlite:///path or postgresql://user:password@host/name.")
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Fernet keys for secrets at rest, newest first, separated by commas."
    )
    synchronous: Literal["FULL", "NORMAL"] = Field("FULL", description="SQLite's promise after a power cut.")
    workspace: str = Field("Copydesk", description="Name of the team's workspace.")
    language: Literal["en", "ru"] = Field("en", description="Language where nobody has said otherwise.")

    web_host: str = Field("127.0.0.1", description="Address that the web chat listens on.")
    web_port: int = Field(8080, ge=0, le=65535, description="Port of the web chat; 0 takes a free one.")
    public_url: str = Field("", description="Address under which others reach the web chat, with https.")

    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot, from @BotFather.")
    telegram_api: str = Field("https://api.telegram.org", description="Base address of the Bot API.")
    telegram_webhook_secret: SecretStr | None = Field(None, description="Set to use a webhook at the public address.")

    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the Slack app, xoxb-.")
    slack_app_token: SecretStr | None = Field(
        None, description="App-level token of the Slack app, xapp-: for Socket Mode, without a public address."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret of the Slack app: set it to be called at the public address instead."
    )
    slack_api: str = Field("https://slack.com/api/", description="Base address of the Slack API.")

    writer_url: str = Field("https://api.openai.com/v1", description="Base address of an OpenAI-compatible model.")
    writer_key: SecretStr | None = Field(None, description="Key of the language model; without one, honest fallback.")
    writer_model: str = Field("gpt-5-mini", description="Name of the language model.")

    transcriber_url: str = Field("https://api.openai.com/v1", description="Base address of an OpenAI-compatible one.")
    transcriber_key: SecretStr | None = Field(None, description="Key of the model that writes voice notes down.")
    transcriber_model: str = Field("gpt-4o-mini-transcribe", description="Name of the transcription model.")

    demo_network_url: str = Field("", description="Base address of the demo network; set by `copydesk demo`.")
    networks: Annotated[dict[str, str], NoDecode] = Field(
        {},
        description="Other base addresses of networks, as JSON by name.",
        examples=['{"mastodon":"https://mastodon.example/"}'],
    )
    apps: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {},
        description='The desk\'s own apps, as JSON by network: "client id:client secret".',
        examples=['{"facebook":"ID:SECRET","instagram":"ID:SECRET"}'],
    )
    inner_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Inner hosts that feeds and instances may be on, separated by commas."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="How it is logged.")

    @field_validator("keys", "inner_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("networks", "apps", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value or "{}")
        except ValueError:
            raise ValueError("this is no JSON") from None  # json's own error carries the value, secrets and all

    @property
    def database_url(self) -> str:
        """The database's URL; without one, an SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'copydesk.sqlite3'}"

    @property
    def link_base(self) -> str:
        """The address that links shown to people begin with, without a slash at the end."""
        return (self.public_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")
