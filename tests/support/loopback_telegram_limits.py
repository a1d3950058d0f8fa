"""Sliding windows as a strict server keeps them: so many messages in any second, per chat, per group and minute."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Windows:
    """Counts what was accepted; `scale` makes time run faster, so that tests need not wait."""

    overall: int = 30
    per_chat: int = 1
    per_group: int = 20
    group_window: float = 60.0
    scale: float = 1.0
    refused: int = 0
    _accepted: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, chat_id: str, now: float, *, group: bool) -> int:
        """Return 0 and count the message, or how many whole seconds to wait."""
        moment = now * self.scale
        rules = [("*", self.overall, 1.0), (chat_id, self.per_chat, 1.0)]
        if group:
            rules.append((f"group {chat_id}", self.per_group, self.group_window))
        waits = [self._wait(name, moment, limit, window) for name, limit, window in rules]
        if max(waits) > 0:
            self.refused += 1
            return math.ceil(max(waits))
        for name, _, _ in rules:
            self._accepted[name].append(moment)
        return 0

    def _wait(self, name: str, moment: float, limit: int, window: float) -> float:
        accepted = self._accepted[name]
        while accepted and accepted[0] <= moment - window:
            accepted.popleft()
        return accepted[-limit] + window - moment if len(accepted) >= limit else 0.0
