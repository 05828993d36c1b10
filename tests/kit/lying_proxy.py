"""A node between a client and a real one, which tells what a lie makes of each honest answer."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.kit.lying_node import Answer, lying_node

Lie = Callable[[str, list[Any], Any], Any]
"""The result to tell, by method, parameters and honest result."""


@dataclass
class LyingProxy:
    """What is told, and what was asked.

    Attributes:
        upstream: The real node.
        lie: Changes the result of each call; None tells the truth.
        reply: A whole answer in place of the real one, by number of the request and what was asked, or None.
        delay_seconds: Before each answer.
        asked: How often each method was asked for.
    """

    upstream: str
    lie: Lie | None = None
    reply: Callable[[int, Any], Answer | None] | None = None
    delay_seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, number: int, request: Any) -> Answer:
        """Answer one request."""
        calls = request if isinstance(request, list) else [request]
        self.asked.update(call["method"] for call in calls)
        time.sleep(self.delay_seconds)
        if self.reply is not None and (told := self.reply(number, request)) is not None:
            return told
        answers = httpx.post(self.upstream, json=request, trust_env=False, timeout=20).json()
        if self.lie is not None:
            by_id = {call["id"]: call for call in calls}
            for answer in answers if isinstance(answers, list) else [answers]:
                self._falsify(answer, by_id[answer["id"]])
        return 200, json.dumps(answers).encode()

    def _falsify(self, answer: dict[str, Any], call: dict[str, Any]) -> None:
        if "result" in answer and self.lie is not None:
            answer["result"] = self.lie(call["method"], call["params"], answer["result"])


@contextmanager
def lying_proxy(upstream: str, lie: Lie | None = None, **how: Any) -> Iterator[tuple[str, LyingProxy]]:
    """Serve a proxy before a node and yield its address, and the proxy to change what it tells."""
    proxy = LyingProxy(upstream, lie, **how)
    with lying_node(proxy) as url:
        yield url, proxy
