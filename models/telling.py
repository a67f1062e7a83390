"""What a model of notes of vocabulary 2 knows: bits a note on held-out pieces of a source."""

from __future__ import annotations

import numpy as np
import torch

from bridge.vocabulary import tokens
from models.decoder import Decoder
from models.likelihood import Tally, is_pitch, note_figures
from models.markov import Markov
from models.windows import Pieces, Window, side_by_side, untextured

OVERLAP_BARS = 6
"""Bars told again at the start of each window, as for version 1: no bar is judged without a past."""
ORDERS = (2, 3, 4)
"""Tried from 0 to 6, the best was always one of these."""


def judge(model: Decoder, pieces: Pieces, *, told: bool) -> dict[str, object]:
    """Figures with errors over pieces; `told`: with the controls and textures measured in the very bars."""
    tally = Tally()
    windows = pieces.consecutive(model.shape.context, OVERLAP_BARS)
    for start in range(0, len(windows), 4):
        some = windows[start : start + 4]
        rows = [window if told else opened(window) for _, window, _ in some]
        ids, _, beside = side_by_side(rows)
        with torch.no_grad():
            hidden = model.hidden(torch.from_numpy(ids[:, :-1]), torch.from_numpy(beside[:, :-1]))
            logs = torch.log_softmax(hidden @ model.table().t(), dim=-1).numpy().astype(np.float64)
        for row, (piece, window, fresh) in enumerate(some):
            number = int(pieces.meta[piece][0])
            for at in range(max(1, fresh), len(window.ids)):
                if window.written[at]:
                    _count(tally, number, int(window.ids[at]), logs[row, at - 1])
    return note_figures(tally)


def opened(window: Window) -> Window:
    """The window with nothing asked."""
    return Window(untextured(window.ids), window.written, np.zeros_like(window.conditions))


def floors(train: Pieces, judged: Pieces) -> dict[str, object]:
    """Markov models over the written tokens, by order; who has counted the longest knows the shorter."""
    model = Markov(tokens.SIZE, max(ORDERS))
    for _, line in _lines(train):
        for at, token in enumerate(line):
            model.learn(line[max(0, at - model.order) : at], token)
    return {f"tokens, Markov order {order}": _floor(model, judged, order) for order in ORDERS}


def _floor(model: Markov, judged: Pieces, order: int) -> dict[str, object]:
    tally = Tally()
    for number, line in _lines(judged):
        for at, token in enumerate(line):
            _count(tally, number, token, np.log(model.probabilities(line[max(0, at - order) : at])))
    return note_figures(tally)


def _lines(pieces: Pieces) -> list[tuple[int, list[int]]]:
    out = []
    for piece, (number, _, last, _) in enumerate(pieces.meta):
        starts = pieces.starts(piece)
        ids, written = pieces.tokens[starts[0] : starts[-1]], pieces.written[starts[0] : starts[-1]]
        out.append((int(number), [*ids[written].tolist(), tokens.EOS if last else tokens.BAR]))
    return out


def _count(tally: Tally, number: int, token: int, logs: np.ndarray) -> None:
    pitch = is_pitch(token)
    among = logs[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES]
    tally.add(
        number,
        tokens=1,
        nats=-logs[token],
        notes=pitch,
        hits1=pitch and int(among.argmax()) + tokens.PITCH_0 == token,
        pitch_nats=-logs[token] if pitch else 0.0,
    )
