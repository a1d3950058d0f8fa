"""The web chat: the embedded default platform, and the place where clients without a messenger approve.

transport.py is the port's side; app.py puts the pages together; guard.py keeps strangers out; server.py serves.
"""
