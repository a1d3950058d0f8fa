"""The program itself as a child process, as people start it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 60.0  # seconds that a start may take on a busy machine


@asynccontextmanager
async def running_demo(data: Path) -> AsyncIterator[str]:
    """Run `copydesk demo` for the length of a block; yield the address that it prints. It must end cleanly."""
    command = (sys.executable, "-m", "bot", "demo", "--port", "0", "--data", str(data), "--no-browser")
    program = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert program.stdout is not None
    try:
        line = (await asyncio.wait_for(program.stdout.readline(), PATIENCE)).decode()
        found = re.search(r"http://\S+", line)
        assert found, f"no address in {line!r}: {(await program.communicate())[1].decode()}"
        yield found[0]
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGTERM)
        told, errors = await program.communicate()
    assert (program.returncode, (told + errors).decode()) == (0, ""), errors.decode()
