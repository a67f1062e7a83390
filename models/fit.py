"""Train one part of vocabulary 2: `python -m models.fit chords --minutes 40`; resumes where it stopped.

The length of a training is a time on the processor, and the learning rate follows the share of it spent:
other work on the machine makes a training last longer and does not cut it short. What is judged, kept and
released is a running mean of the weights: at these lengths it is worth a longer schedule.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from bridge.vocabulary import tokens
from bridge.vocabulary.conditions import WIDTH
from models.decoder import Decoder, Shape
from models.loading import of_release
from models.train import CHECKPOINT_EVERY_S, Stop, optimisers, save, schedule
from models.windows import Drawer, Pieces, Window, shares, side_by_side

BUILD = Path(__file__).resolve().parent / "build" / "v2"
JUDGE_EVERY_S = 240.0
"""Seconds on the processor."""
JUDGED_PIECES = 45
LOG_EVERY_S = 15.0
MEMORY = 0.995
"""Decay a step of the running mean of the weights; shorter at the start."""

_NOTES = {"pop": 0.42, "metres": 0.1, "song": 0.18, "quartet": 0.12, "orchestra": 0.12, "game": 0.06}
MIXES: dict[str, dict[str, float]] = {
    "chords": {
        **{"heard": 0.35, "pop": 0.33, "metres": 0.1},
        **{"song": 0.1, "quartet": 0.06, "orchestra": 0.04, "game": 0.02},
    },
    "melody": _NOTES,
    "accompaniment": _NOTES,
    "bass": _NOTES,
    "drums": {"drums": 0.6, "fills": 0.4},
}
"""How often a window comes from each pack of a part's training pieces. The share of a pack that is not
written yet goes to the others."""
OPEN_ALL = {"chords": 0.35, "melody": 0.2, "accompaniment": 0.15, "bass": 0.15, "drums": 0.2}
JUDGED = {"chords": "heard", "melody": "pop", "accompaniment": "pop", "bass": "pop", "drums": "drums"}
"""The pack of validation pieces that decides which checkpoint is best."""


def loss_of(
    model: Decoder, batch: tuple[np.ndarray, np.ndarray, np.ndarray], *, bf16: bool
) -> tuple[torch.Tensor, int]:
    """Mean cross-entropy over the written tokens, in nats, and how many there are."""
    ids, written, beside = (torch.from_numpy(array) for array in batch)
    told = beside[:, :-1] if model.shape.conditions else None
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        hidden = model.hidden(ids[:, :-1], told)[written[:, 1:]]
        logits = hidden @ model.table().t()
    wanted = ids[:, 1:][written[:, 1:]]
    return F.cross_entropy(logits.float(), wanted), len(wanted)


def validate(model: Decoder, pieces: Pieces, *, opened: bool, most: int = JUDGED_PIECES) -> float:
    """Loss on the first windows of each piece, in nats a token."""
    model.eval()
    seen: set[int] = set()
    windows: list[Window] = []
    for piece, window, _ in pieces.consecutive(model.shape.context, 0):
        if piece not in seen and len(windows) < most:
            seen.add(piece)
            beside = np.zeros_like(window.conditions) if opened else window.conditions
            windows.append(Window(window.ids, window.written, beside))
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(windows), 8):
            loss, items = loss_of(model, side_by_side(windows[start : start + 8]), bf16=False)
            total += float(loss) * items
            count += items
    model.train()
    return total / count


class Mean:
    """A running mean of a model's weights, in a model of its own."""

    def __init__(self, model: Decoder) -> None:
        self.model = Decoder(model.shape)
        self.model.load_state_dict(model.state_dict())
        self.model.eval()

    def follow(self, model: Decoder, step: int) -> None:
        """Take a step's weights in."""
        memory = min(MEMORY, step / (step + 10))
        with torch.no_grad():
            for own, new in zip(self.model.parameters(), model.parameters(), strict=True):
                own.lerp_(new, 1 - memory)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    out = argparse.ArgumentParser(description=__doc__)
    out.add_argument("part", choices=tuple(MIXES))
    out.add_argument("--minutes", type=float, required=True)
    out.add_argument("--name", help="checkpoint name (default: the part)")
    out.add_argument("--layers", type=int, default=4)
    out.add_argument("--width", type=int, default=192)
    out.add_argument("--heads", type=int, default=4)
    out.add_argument("--context", type=int, default=768)
    out.add_argument("--batch", type=int, default=4)
    out.add_argument("--rate", type=float, default=3e-3)
    out.add_argument("--dropout", type=float, default=0.15)
    out.add_argument("--seed", type=int, default=1)
    out.add_argument("--threads", type=int, default=1)
    out.add_argument("--plain", action="store_true", help="embeddings without what tokens share")
    out.add_argument("--open-all", type=float, help="share of windows told nothing")
    out.add_argument(
        "--tilted", type=int, default=64, help="numbers through which controls reach every layer"
    )
    out.add_argument("--joined", type=float, default=0.3, help="share of windows made of two pieces")
    out.add_argument(
        "--few", type=float, default=0.0, help="share of windows told density and the like alone"
    )
    out.add_argument("--warm", metavar="FOLDER", help="begin from this released model, of either vocabulary")
    return out


def warmed(model: Decoder, folder: Path) -> None:
    """Start a model from a released one: the same network until it has learnt what is added.

    The table of tokens only grows, so rows keep their places; names that are new get the mean row. What
    tokens share and what the controls bend start as nothing added.
    """
    released, card = of_release(folder)
    old = released.state_dict()
    rows = old.pop("embedding.weight")
    missing, unknown = model.load_state_dict(old, strict=False)
    added = [name for name in missing if name.split(".")[0] not in ("embedding", "shared", "bend", "tilt")]
    if unknown or added:
        raise SystemExit(f"{folder} is not a model of the same layers: {sorted({*added, *unknown})}")
    with torch.no_grad():
        model.embedding.weight[:] = rows.mean(0)
        model.embedding.weight[: len(rows)] = rows
        if model.shape.structured:
            model.shared.weight.zero_()
        if model.shape.conditions and not card.conditions:
            model.bend[2].weight.zero_()


def fit(asked: argparse.Namespace) -> None:
    """Train until the time is spent or a signal comes."""
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    stop = Stop()
    sizes = (asked.layers, asked.width, asked.heads, asked.context)
    shape = Shape(tokens.SIZE, *sizes, WIDTH, not asked.plain, asked.tilted)
    model = Decoder(shape, asked.dropout)
    if asked.warm:
        warmed(model, Path(asked.warm))
    mean = Mean(model)
    optimiser_list = optimisers(model, asked.rate, muon=True)
    path = BUILD / f"{asked.name or asked.part}.pt"
    spent_s, step, best = 0.0, 0, math.inf
    if path.exists():
        state = torch.load(path, weights_only=False)
        model.load_state_dict(state["latest"])
        mean.model.load_state_dict(state["model"])
        for (optimiser, _), saved in zip(optimiser_list, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        spent_s, step, best = state["spent_s"], state["step"], state["best"]
        asked.warm = state["asked"].get("warm")
    open_all = OPEN_ALL[asked.part] if asked.open_all is None else asked.open_all
    packs = shares(BUILD, asked.part, MIXES[asked.part])
    drawer = Drawer(
        packs.values(),
        asked.context,
        asked.seed + step,
        open_all=open_all,
        joined=asked.joined,
        few=asked.few,
    )
    judged = Pieces(BUILD / f"{asked.part}-validation-{JUDGED[asked.part]}.npz")
    budget_s = asked.minutes * 60
    print(json.dumps({"weights": model.parameters_count(), "packs": list(packs), **vars(asked)}), flush=True)

    def checkpoint(to: Path) -> None:
        save(
            to,
            {
                "model": mean.model.state_dict(),
                "latest": model.state_dict(),
                "optimisers": [optimiser.state_dict() for optimiser, _ in optimiser_list],
                "shape": asdict(shape),
                "asked": vars(asked),
                "spent_s": spent_s,
                "step": step,
                "best": best,
            },
        )

    losses: list[float] = []
    seen = 0
    logged = saved = time.monotonic()
    last = looked = time.process_time()
    while spent_s < budget_s and not stop.asked:
        share = schedule(spent_s / budget_s)
        batch = drawer.batch(asked.batch)
        loss, _ = loss_of(model, batch, bf16=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser, rate in optimiser_list:
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        step += 1
        mean.follow(model, step)
        seen += batch[0].size
        losses.append(float(loss.detach()))
        now, worked = time.monotonic(), time.process_time()
        spent_s += worked - last
        last = worked
        at = f"{asked.part} {spent_s / budget_s:6.1%} step {step}"
        if now - logged > LOG_EVERY_S:
            pace, left = seen / (now - logged), (budget_s - spent_s) / 60
            print(f"{at} loss {np.mean(losses):.4f} {pace:.0f} tok/s eta {left:.1f} min", flush=True)
            losses, seen, logged = [], 0, now
        if now - saved > CHECKPOINT_EVERY_S:
            checkpoint(path)
            saved = now
        if worked - looked > JUDGE_EVERY_S or spent_s >= budget_s:
            open_loss = validate(mean.model, judged, opened=True)
            told_loss = validate(mean.model, judged, opened=False)
            print(f"{at} validation {open_loss:.4f} told {told_loss:.4f}", flush=True)
            if open_loss < best:
                best = open_loss
                checkpoint(path.with_name(f"{path.stem}-best.pt"))
            last = looked = time.process_time()
    checkpoint(path)
    print(f"{asked.part} {'stopped' if stop.asked else 'done'} step {step} best {best:.4f}", flush=True)


if __name__ == "__main__":
    fit(parser().parse_args())
