"""A slow road to a network: what is asked arrives a little later, what is answered comes back later still.

So a kill finds calls on their way there, on their way back, and in between. What has been read from a client is passed on even
when the client dies, as a real network would have received it. Usage: slow_proxy.py LISTEN TARGET [LISTEN TARGET ...]
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

THERE, BACK = 0.02, 0.04  # seconds


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pause: float) -> None:
    """Pass bytes on, each piece after a pause, until one side ends."""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            await asyncio.sleep(pause)
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(ConnectionError, RuntimeError):
        writer.close()


async def serve(listen: int, target: int) -> None:
    """Listen on a port of loopback for ever."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(carry(reader, back, THERE), carry(there, writer, BACK))

    server = await asyncio.start_server(meet, "127.0.0.1", listen)
    await server.serve_forever()


async def main(ports: list[int]) -> None:
    """Serve every pair of ports."""
    await asyncio.gather(*(serve(*pair) for pair in zip(ports[::2], ports[1::2], strict=True)))


if __name__ == "__main__":
    asyncio.run(main([int(port) for port in sys.argv[1:]]))
