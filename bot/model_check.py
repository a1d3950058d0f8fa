"""Asking a model's server whether the key and the model work, and what to set anew where they do not."""

from __future__ import annotations

from typing import Protocol

from connectors.model_check import Outcome


class Model(Protocol):
    """A model that can be tried."""

    model: str

    async def check(self) -> Outcome:
        """Make one small real call."""

    async def close(self) -> None:
        """Let go of connections."""


async def fault_of(model: Model, which: str, names: str) -> str:
    """Return what is wrong with a model and what to do, empty where it works. `names` begins the names of its settings."""
    try:
        outcome = await model.check()
    finally:
        await model.close()
    known: dict[Outcome, str] = {
        "works": "",
        "key": f"{which} does not accept its key. Make one where the model is offered, and set {names}_KEY anew.",
        "model": f"{which}'s server does not know {model.model}. Check {names}_MODEL, and the end of {names}_URL (often /v1).",
        "spent": f"{which} takes no more calls now: too many, or no money left. Look at its account, then try again.",
        "silent": f"{which} does not answer. Check the network and {names}_URL; if both are right, try again later.",
        "strange": f"What answers at {names}_URL is no server of OpenAI's kind, or refuses {model.model}. Check {names}_URL.",
    }
    return known[outcome]
