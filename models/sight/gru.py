"""A small bidirectional GRU over half seconds, as Video2Music's regressor; many of them trained side by side.

Every copy has its own weights, its own held-out seconds and its own targets, so that all folds, seeds and
shifts of a cross validation are one training.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

WIDTH = 12
EPOCHS = 60
RATE, DECAY, DROPOUT = 1e-2, 3e-2, 0.3
_WINDOW_S = 64
_STEPS_A_SECOND = 2

Array = npt.NDArray[np.float64]


class Copies(nn.Module):
    """`count` copies of a bidirectional GRU of one layer with a linear layer on top."""

    def __init__(self, count: int, columns: int, targets: int, width: int = WIDTH) -> None:
        super().__init__()
        bound = 1 / math.sqrt(width)

        def weights(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        # Both directions of all copies are one batch: the first half reads forwards.
        self.into = weights(2 * count, columns, 3 * width)
        self.across = weights(2 * count, width, 3 * width)
        self.into_bias = weights(2 * count, 1, 3 * width)
        self.across_bias = weights(2 * count, 1, 3 * width)
        self.out = weights(count, 2 * width, targets)
        self.out_bias = nn.Parameter(torch.zeros(count, 1, targets))

    def forward(self, seen: Tensor, drop: float = 0.0) -> Tensor:
        """(B, T, columns) half seconds to (copies, B, T / 2, targets) seconds."""
        rows, steps, columns = seen.shape
        twice, width = self.across.shape[0], self.across.shape[1]
        count = twice // 2
        both = torch.stack([seen, seen.flip(1)])
        given = both.repeat_interleave(count, 0).reshape(twice, rows * steps, columns)
        if drop:
            given = given * (torch.rand_like(given) > drop) / (1 - drop)
        fed = (torch.bmm(given, self.into) + self.into_bias).reshape(twice, rows, steps, 3 * width)
        state = torch.zeros(twice, rows, width)
        states = []
        for step in range(steps):
            reset, update, new = fed[:, :, step].split(width, 2)
            r, z, n = (torch.bmm(state, self.across) + self.across_bias).split(width, 2)
            update = torch.sigmoid(update + z)
            new = torch.tanh(new + torch.sigmoid(reset + r) * n)
            state = (1 - update) * new + update * state
            states.append(state)
        read = torch.stack(states, 2)
        joined = torch.cat([read[:count], read[count:].flip(2)], 3)
        seconds = joined.reshape(count, rows, steps // _STEPS_A_SECOND, _STEPS_A_SECOND, -1).mean(3)
        if drop:
            seconds = seconds * (torch.rand_like(seconds) > drop) / (1 - drop)
        flat = seconds.reshape(count, -1, 2 * width)
        return (torch.bmm(flat, self.out) + self.out_bias).reshape(count, rows, seconds.shape[2], -1)


def train(seen: Array, heard: Array, told: npt.NDArray[np.bool_], seed: int, epochs: int = EPOCHS) -> Copies:
    """Copies trained on one film.

    Args:
        seen: (2 n, columns) standardised half seconds.
        heard: (copies, n, targets) standardised targets.
        told: (copies, n) the seconds that each copy learns from.
        seed: of weights, windows and what is dropped.
        epochs: passes over the film.
    """
    torch.manual_seed(seed)
    choose = np.random.default_rng(seed)
    model = Copies(len(heard), seen.shape[1], heard.shape[2])
    # A copy starts from the mean of what it learns from, which is the constant it must beat.
    wanted, weight = torch.tensor(heard).float(), torch.tensor(told).float()[..., None]
    with torch.no_grad():
        model.out_bias.copy_(((wanted * weight).sum(1) / weight.sum(1))[:, None])
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=epochs)
    pictures = torch.tensor(seen).float()
    seconds = heard.shape[1]
    for _ in range(epochs):
        first = int(choose.integers(0, _WINDOW_S))
        starts = list(range(-first, seconds, _WINDOW_S))
        at = torch.tensor([[min(max(s + i, 0), seconds - 1) for i in range(_WINDOW_S)] for s in starts])
        inside = torch.tensor([[float(0 <= s + i < seconds) for i in range(_WINDOW_S)] for s in starts])
        halves = torch.stack([_STEPS_A_SECOND * at, _STEPS_A_SECOND * at + 1], 2).flatten(1)
        guess = model(pictures[halves], DROPOUT)
        apart = (guess - wanted[:, at]) ** 2 * weight[:, at] * inside[None, :, :, None]
        loss = (apart.sum((1, 2, 3)) / weight.sum((1, 2))).sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0 * len(heard) ** 0.5)
        optimiser.step()
        plan.step()
    return model


def predict(model: Copies, seen: Array) -> Array:
    """(copies, n, targets) of a whole film, (2 n, columns)."""
    with torch.no_grad():
        return model(torch.tensor(seen).float()[None])[:, 0].double().numpy()
