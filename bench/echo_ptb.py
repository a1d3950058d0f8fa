"""A bare echo bot by python-telegram-bot, as its documentation shows it. Usage: echo_ptb.py URL"""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


application = Application.builder().token("1:x").base_url(f"{sys.argv[1]}/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.run_polling(allowed_updates=Update.ALL_TYPES)
