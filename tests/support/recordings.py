"""The beginnings of recordings, enough to be taken for what they are."""

from __future__ import annotations

OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(40)
M4A = b"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(20)
MP3 = b"ID3\x04" + bytes(30)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20)
WEBM = b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
