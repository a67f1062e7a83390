"""Train one part: `python -m models.train chords --minutes 15`; resumes where it was stopped.

The length of a training is a time, and the learning rate follows the share of it that is spent, so a
shared machine changes how far a model gets and not whether its schedule ends. Loss is taken only on
what the model will write.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import time
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from bridge.vocabulary import tokens
from models.data import BUILD, Corpus, Packed, consecutive, padded
from models.decoder import Decoder, Shape

CHECKPOINT_EVERY_S = 120.0
VALIDATE_EVERY_S = 180.0
LOG_EVERY_S = 10.0


class Stop:
    """Set by SIGTERM or SIGINT: finish the step, write a checkpoint, leave."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.ask)

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        self.asked = True


def loss_of(model: Decoder, ids: torch.Tensor, written: torch.Tensor, *, bf16: bool) -> torch.Tensor:
    """Mean cross-entropy over the written tokens, in nats."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        hidden = model.hidden(ids[:, :-1])[written[:, 1:]]
        logits = hidden @ model.embedding.weight.t()
    return F.cross_entropy(logits.float(), ids[:, 1:][written[:, 1:]])


def validate(model: Decoder, part: str, context: int, most: int, *, bf16: bool) -> float:
    """Loss on the first windows of each validation song, in nats a token."""
    model.eval()
    pack = Packed(BUILD / f"{part}-validation-plain.npz")
    seen: set[int] = set()
    windows = []
    for segment, ids, flags, _ in consecutive(pack, context):
        if segment not in seen and len(windows) < most:
            seen.add(segment)
            windows.append((ids, flags))
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(windows), 8):
            ids, flags = padded(windows[start : start + 8])
            written = torch.from_numpy(flags)
            loss = loss_of(model, torch.from_numpy(ids), written, bf16=bf16)
            total += float(loss) * int(written[:, 1:].sum())
            count += int(written[:, 1:].sum())
    model.train()
    return total / count


def optimisers(model: Decoder, rate: float, *, muon: bool) -> list[tuple[torch.optim.Optimizer, float]]:
    """Muon for the matrices of the blocks, AdamW for the rest; or AdamW alone."""
    matrices = [w for n, w in model.named_parameters() if w.dim() == 2 and n.startswith("blocks.")]
    others = [w for n, w in model.named_parameters() if w.dim() != 2 or not n.startswith("blocks.")]
    if muon:
        return [
            (torch.optim.Muon(matrices, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"), rate),
            (torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.97), weight_decay=0.0), rate),
        ]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return [(torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.97)), rate)]


def schedule(done: float) -> float:
    """Share of the full learning rate when `done` (0 to 1) of the time is spent."""
    warm = min(1.0, done / 0.02 + 0.02)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def save(path: Path, state: dict[str, object]) -> None:
    """Write beside, then rename."""
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("chords", "melody", "accompaniment"))
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--name", help="checkpoint name (default: the part)")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--muon", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    asked = parser.parse_args()
    train(asked)


def train(asked: argparse.Namespace) -> None:
    """Train until the time is spent or a signal comes."""
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    stop = Stop()
    shape = Shape(tokens.SIZE, asked.layers, asked.width, asked.heads, asked.context)
    model = Decoder(shape, asked.dropout)
    optimiser_list = optimisers(model, asked.rate, muon=asked.muon)
    path = BUILD / f"{asked.name or asked.part}.pt"
    spent_s, step, best = 0.0, 0, math.inf
    if path.exists():
        state = torch.load(path, weights_only=False)
        model.load_state_dict(state["model"])
        for (optimiser, _), saved in zip(optimiser_list, state["optimisers"]):
            optimiser.load_state_dict(saved)
        spent_s, step, best = state["spent_s"], state["step"], state["best"]
    corpus = Corpus(asked.part, asked.context, asked.seed + step)
    budget_s = asked.minutes * 60
    print(json.dumps({"weights": model.parameters_count(), **vars(asked)}), flush=True)

    def checkpoint(to: Path) -> None:
        save(
            to,
            {
                "model": model.state_dict(),
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
    last = logged = saved = judged = time.monotonic()
    while spent_s < budget_s and not stop.asked:
        share = schedule(spent_s / budget_s)
        ids, flags = corpus.batch(asked.batch)
        loss = loss_of(model, torch.from_numpy(ids), torch.from_numpy(flags), bf16=asked.bf16)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser, rate in optimiser_list:
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        step += 1
        seen += ids.size
        losses.append(float(loss.detach()))
        now = time.monotonic()
        spent_s += now - last
        last = now
        if now - logged > LOG_EVERY_S:
            print(
                f"{asked.part} {spent_s / budget_s:6.1%} step {step} loss {np.mean(losses):.4f}"
                f" {seen / (now - logged):.0f} tok/s eta {(budget_s - spent_s) / 60:.1f} min",
                flush=True,
            )
            losses, seen, logged = [], 0, now
        if now - saved > CHECKPOINT_EVERY_S:
            checkpoint(path)
            saved = now
        if now - judged > VALIDATE_EVERY_S or spent_s >= budget_s:
            value = validate(model, asked.part, asked.context, 48, bf16=asked.bf16)
            print(f"{asked.part} {spent_s / budget_s:6.1%} step {step} validation {value:.4f}", flush=True)
            if value < best:
                best = value
                checkpoint(path.with_name(f"{path.stem}-best.pt"))
            judged = time.monotonic()
    checkpoint(path)
    print(f"{asked.part} {'stopped' if stop.asked else 'done'} step {step} best {best:.4f}", flush=True)


if __name__ == "__main__":
    main()
