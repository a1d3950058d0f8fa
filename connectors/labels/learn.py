"""Learning the tone anew from examples.tsv: `python -m connectors.labels.learn` writes weights.json."""

from __future__ import annotations

import json
from typing import Any

from connectors.labels import EXAMPLES, SCALE, WEIGHTS, Labels
from smm.reading import TONES

STEPS, RATE, RESTRAINT = 3_000, 0.5, 0.01


def learn() -> dict[str, Any]:
    """Return the regression on the vectors of the examples: softmax, gradient descent, with restraint on the weights."""
    import numpy as np

    rows = [line.split("\t") for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    model = Labels().model
    vectors = np.array([model.query(text) for _tone, _language, text in rows])
    mean, wanted = vectors.mean(0), np.eye(len(TONES))[[TONES.index(tone) for tone, _language, _text in rows]]
    known = (vectors - mean) * SCALE
    weights, bias = np.zeros((known.shape[1], len(TONES))), np.zeros(len(TONES))
    for _ in range(STEPS):
        raised = np.exp(known @ weights + bias)
        error = (raised / raised.sum(1, keepdims=True) - wanted) / len(known)
        weights -= RATE * (known.T @ error + RESTRAINT * weights)
        bias -= RATE * error.sum(0)
    return {"mean": mean.round(5).tolist(), "weights": weights.round(4).tolist(), "bias": bias.round(4).tolist()}


if __name__ == "__main__":
    WEIGHTS.write_text(json.dumps(learn(), separators=(",", ":")) + "\n", encoding="utf-8")
