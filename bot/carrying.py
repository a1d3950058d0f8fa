"""Carrying one parcel to its chat: a new message, another drawing of one that stands, its removal, or a word to one person."""

from __future__ import annotations

from bot.outbox import Parcel, chat_of
from bot.transport import ChatRef, MessageRef, Transport, Whispering
from handlers.card import Card
from smm.errors import ChatGone
from storage.alerts import Alert


async def carry(transport: Transport, parcel: Parcel) -> str:
    """Do with a parcel's chat what it asks for; return the id of the message that stands there now, empty for none."""
    alert, card = parcel.first, parcel.card
    chat = chat_of(alert)
    if card is None:
        await transport.remove(MessageRef(chat, alert.edits))
        return alert.edits
    if alert.edits:
        anew = await transport.edit(MessageRef(chat, alert.edits), card)
        return anew.message_id if anew else alert.edits
    if "only" in alert.args and await _whispered(transport, alert, card):
        return ""
    return (await transport.send(chat, card)).message_id


async def _whispered(transport: Transport, alert: Alert, card: Card) -> bool:
    """Say something to one person alone, in the room or else in private; False where it is to be said in the room."""
    user_id = str(alert.args["only"])
    if not isinstance(transport, Whispering):
        return False
    if await transport.whisper(chat_of(alert), user_id, card):
        return True
    if alert.args.get("else") != "private":
        return False
    try:
        await transport.send(ChatRef(alert.platform, user_id), card)
    except ChatGone:  # they never wrote to us
        return False
    return True
