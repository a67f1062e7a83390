"""What the models know of the held-out songs, beside Markov floors on the very same items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import QUALITIES
from models.data import BUILD, Packed, consecutive, open_controls, padded
from models.decoder import Decoder
from models.markov import Markov
from models.windows import Pieces

OVERLAP_BARS = {"chords": 12, "melody": 6, "accompaniment": 3}
"""Bars told again at the start of each window, about a third of it: no bar is judged without a past."""
Pack = Packed | Pieces
"""A pack of either generation."""
CHORDS = 12 * len(QUALITIES)
FIRST_CHORD = tokens.CHORD_0 + 1


@dataclass
class Tally:
    """Sums for each song, for pooled ratios and their standard errors over songs."""

    sums: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def add(self, song: int, **values: float) -> None:
        """Add to a song's sums."""
        for name, value in values.items():
            self.sums[song][name] += value

    def total(self, name: str) -> float:
        """A sum over all songs."""
        return sum(song[name] for song in self.sums.values())

    def ratio(self, above: str, below: str) -> tuple[float, float]:
        """Pooled ratio of two sums and its standard error, songs being the independent units."""
        a = np.array([song[above] for song in self.sums.values()])
        b = np.array([song[below] for song in self.sums.values()])
        value = a.sum() / b.sum()
        count = len(a)
        error = np.sqrt(((a - value * b) ** 2).sum() * count / (count - 1)) / b.sum()
        return float(value), float(error)


def rounded(pair: tuple[float, float], digits: int = 3) -> list[float]:
    """[value, standard error]."""
    return [round(pair[0], digits), round(pair[1], digits)]


# --- chords ---------------------------------------------------------------------------------------

Change = tuple[int, int, tuple[int, ...]]  # song, chord symbol, earlier symbols


def changes(pack: Packed) -> dict[int, list[int]]:
    """For each segment, its chord symbols (0 to 119) without repeats; stretches of no chord are skipped."""
    out: dict[int, list[int]] = {}
    for segment, (_, _, _, count) in enumerate(pack.meta):
        base = pack.segment_bars[segment]
        low, high = pack.bar_starts[base], pack.bar_starts[base + count]
        ids = pack.tokens[low:high]
        symbols = ids[(ids >= FIRST_CHORD) & (ids < FIRST_CHORD + CHORDS)] - FIRST_CHORD
        kept: list[int] = []
        for symbol in symbols.tolist():
            if not kept or kept[-1] != symbol:
                kept.append(symbol)
        out[segment] = kept
    return out


def relative(symbol: int, to: int) -> int:
    """A symbol with its root told from another symbol's root."""
    q = len(QUALITIES)
    return (symbol // q - to // q) % 12 * q + symbol % q


def judge_ranked(tally: Tally, song: int, p: np.ndarray, symbol: int, before: int) -> None:
    """Count one change: `p` over 120 symbols, the chord that sounds being excluded."""
    p = p.copy()
    p[before] = 0.0
    p /= p.sum()
    rank = int((p > p[symbol]).sum())
    tally.add(
        song,
        items=1,
        nats=-float(np.log(p[symbol])),
        hits1=rank < 1,
        hits3=rank < 3,
        hits5=rank < 5,
    )


def chord_figures(tally: Tally) -> dict[str, object]:
    """Hits at 1, 3 and 5 and perplexity, each with its standard error."""
    nats, error = tally.ratio("nats", "items")
    return {
        "items": int(tally.total("items")),
        "hits1": rounded(tally.ratio("hits1", "items")),
        "hits3": rounded(tally.ratio("hits3", "items")),
        "hits5": rounded(tally.ratio("hits5", "items")),
        "perplexity": rounded((float(np.exp(nats)), float(np.exp(nats)) * error), 2),
    }


def chord_floor(edition: str, order: int, *, transposition_free: bool) -> dict[str, object]:
    """A Markov model of chord changes counted on the training songs, judged on the held-out ones."""
    model = Markov(CHORDS, order)

    def context(symbols: list[int], at: int) -> list[int]:
        seen = symbols[max(0, at - order) : at]
        if transposition_free:
            return [relative(symbol, symbols[at - 1]) for symbol in seen]
        return seen

    for symbols in changes(Packed(BUILD / f"chords-train-{edition}.npz")).values():
        for at in range(1, len(symbols)):
            wanted = relative(symbols[at], symbols[at - 1]) if transposition_free else symbols[at]
            model.learn(context(symbols, at), wanted)
    tally = Tally()
    pack = Packed(BUILD / f"chords-test-{edition}.npz")
    for segment, symbols in changes(pack).items():
        for at in range(1, len(symbols)):
            p = model.probabilities(context(symbols, at))
            if transposition_free:
                p = p[[relative(symbol, symbols[at - 1]) for symbol in range(CHORDS)]]
            judge_ranked(tally, int(pack.meta[segment][0]), p, symbols[at], symbols[at - 1])
    return chord_figures(tally)


def chord_model(model: Decoder, edition: str, *, told: bool) -> dict[str, object]:
    """The decoder on the same changes; `told`: with the controls measured from the song itself."""
    tally = Tally()
    for song, p, symbol, before in chord_items(model, edition, "test", told=told):
        judge_ranked(tally, song, p, symbol, before)
    return chord_figures(tally)


def chord_items(
    model: Decoder, edition: str, split: str, *, told: bool
) -> Iterator[tuple[int, np.ndarray, int, int]]:
    """Every change: (song, the decoder's weights of 120 symbols, the symbol, the symbol before)."""
    pack = Packed(BUILD / f"chords-{split}-{edition}.npz")
    last: dict[int, int] = {}
    for segment, ids, fresh, logits in judged(model, pack, "chords", told=told):
        song = int(pack.meta[segment][0])
        for at in range(fresh, len(ids)):
            symbol = int(ids[at]) - FIRST_CHORD
            if not 0 <= symbol < CHORDS:
                continue
            before = last.get(segment)
            last[segment] = symbol
            if before is None or before == symbol:
                continue
            row = logits[at - 1, FIRST_CHORD : FIRST_CHORD + CHORDS].astype(np.float64)
            yield song, np.exp(row - row.max()), symbol, before


def judged(
    model: Decoder, pack: Packed, part: str, *, told: bool
) -> list[tuple[int, np.ndarray, int, np.ndarray]]:
    """Windows over all segments: (segment, tokens, first fresh token, logits (T - 1, V))."""
    out = []
    windows = consecutive(pack, model.shape.context, OVERLAP_BARS[part])
    with torch.no_grad():
        for start in range(0, len(windows), 8):
            some = windows[start : start + 8]
            rows = [ids if told else open_controls(ids) for _, ids, _, _ in some]
            ids, _ = padded([(row, flags) for row, (_, _, flags, _) in zip(rows, some)])
            hidden = model.hidden(torch.from_numpy(ids[:, :-1]))
            logits = (hidden @ model.embedding.weight.t()).numpy()
            for row, (segment, own, _, fresh) in enumerate(some):
                out.append((segment, own, fresh, logits[row, : len(own) - 1].astype(np.float32)))
    return out


# --- notes ----------------------------------------------------------------------------------------


def is_pitch(token: int) -> bool:
    """Whether a token is a pitch."""
    return tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES


def note_model(model: Decoder, part: str, *, told: bool) -> dict[str, object]:
    """Bits for each note and token, and how often the likeliest pitch is the right one."""
    pack = Packed(BUILD / f"{part}-test-plain.npz")
    tally = Tally()
    for (segment, ids, flags, fresh), (_, _, _, logits) in zip(
        consecutive(pack, model.shape.context, OVERLAP_BARS[part]), judged(model, pack, part, told=told)
    ):
        song = int(pack.meta[segment][0])
        logs = logits.astype(np.float64)
        logs -= logs.max(-1, keepdims=True)
        logs -= np.log(np.exp(logs).sum(-1, keepdims=True))
        for at in range(max(1, fresh), len(ids)):
            token = int(ids[at])
            if not flags[at]:
                continue
            pitch = is_pitch(token)
            row = logs[at - 1]
            best = int(row[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES].argmax()) + tokens.PITCH_0
            tally.add(
                song,
                tokens=1,
                nats=-row[token],
                notes=pitch,
                hits1=pitch and best == token,
                pitch_nats=-row[token] if pitch else 0.0,
            )
    return note_figures(tally)


def note_figures(tally: Tally) -> dict[str, object]:
    """Per-note and per-token figures with standard errors."""
    bits, bits_error = tally.ratio("nats", "notes")
    nats, error = tally.ratio("nats", "tokens")
    pitch_bits, pitch_error = tally.ratio("pitch_nats", "notes")
    return {
        "notes": int(tally.total("notes")),
        "bits_per_note": rounded((bits / np.log(2), bits_error / np.log(2))),
        "tokens_a_note": round(tally.total("tokens") / tally.total("notes"), 2),
        "token_perplexity": rounded((float(np.exp(nats)), float(np.exp(nats)) * error)),
        "pitch_bits": rounded((pitch_bits / np.log(2), pitch_error / np.log(2))),
        "pitch_hits1": rounded(tally.ratio("hits1", "notes")),
    }


def bodies(pack: Pack) -> list[tuple[int, list[list[int]], list[list[int]]]]:
    """For each segment: song, and bar by bar the prompt's chords (as step, id pairs) and the body."""
    out = []
    for segment, (song, _, last, count) in enumerate(pack.meta):
        base = pack.segment_bars[segment]
        chords, written = [], []
        for bar in range(count):
            low, high = pack.bar_starts[base + bar], pack.bar_starts[base + bar + 1]
            ids, flags = pack.tokens[low:high], pack.written[low:high].copy()
            flags[0] = False
            is_chord = (ids >= tokens.CHORD_0) & (ids < tokens.CHORD_0 + tokens.CHORDS)
            places = np.flatnonzero(is_chord & ~flags)
            pairs = [x for at in places for x in (int(ids[at - 1]) - tokens.POS_0, int(ids[at]))]
            end = [tokens.BAR] if bar + 1 < count else ([tokens.EOS] if last else [])
            chords.append(pairs)
            written.append([*ids[flags].tolist(), *end])
        out.append((int(song), chords, written))
    return out


def chord_sounding(pairs: list[int], step: int) -> int:
    """The chord token at a step of a bar."""
    found = tokens.CHORD_0
    for at in range(0, len(pairs), 2):
        if pairs[at] <= step:
            found = pairs[at + 1]
    return found


def token_floor(part: str, order: int) -> dict[str, object]:
    """A Markov model over the written tokens (order 0 is the unigram)."""
    model = Markov(tokens.SIZE, order)
    for _, _, bars in bodies(Packed(BUILD / f"{part}-train-plain.npz")):
        stream = [token for bar in bars for token in bar]
        for at, token in enumerate(stream):
            model.learn(stream[max(0, at - order) : at], token)
    tally = Tally()
    for song, _, bars in bodies(Packed(BUILD / f"{part}-test-plain.npz")):
        stream = [token for bar in bars for token in bar]
        for at, token in enumerate(stream):
            p = model.probabilities(stream[max(0, at - order) : at])
            pitch = is_pitch(token)
            among = p[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES]
            nats = -float(np.log(p[token]))
            tally.add(
                song,
                tokens=1,
                nats=nats,
                notes=pitch,
                hits1=pitch and int(among.argmax()) + tokens.PITCH_0 == token,
                pitch_nats=nats if pitch else 0.0,
            )
    return note_figures(tally)


def pitch_floor(train: Pack, test: Pack, order: int, *, interval: bool) -> dict[str, object]:
    """A Markov model of a note's pitch given the chord and the `order` last pitches.

    With `interval`, it predicts the interval from the last note, from earlier intervals and where the
    last note stands to the chord: it knows no key.
    """
    size = 256 if interval else tokens.PITCHES
    model = Markov(size, order + 1)

    def items(pack: Pack) -> list[tuple[int, list[tuple[int, ...]], int, int]]:
        out = []
        for song, harmony, bars in bodies(pack):
            seen: list[int] = []
            step = 0
            for pairs, body in zip(harmony, bars):
                for token in body:
                    if tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
                        step = token - tokens.POS_0
                    elif is_pitch(token):
                        pitch = token - tokens.PITCH_0
                        chord = chord_sounding(pairs, step) - FIRST_CHORD
                        last = seen[-1] if seen else 60
                        if interval:
                            root = chord // len(QUALITIES) if chord >= 0 else last % 12
                            near: tuple[int, ...] = (chord % len(QUALITIES), (last - root) % 12)
                            recent = seen[-order - 1 :] if order else []
                            context = [(b - a,) for a, b in zip(recent, recent[1:])]
                            out.append((song, [*context, near], pitch - last + 128, last))
                        else:
                            recent = seen[-order:] if order else []
                            out.append((song, [*((p,) for p in recent), (chord,)], pitch, last))
                        seen.append(pitch)
        return out

    for _, context, symbol, _ in items(train):
        model.learn(context, symbol)
    tally = Tally()
    for song, context, symbol, _ in items(test):
        p = model.probabilities(context)
        tally.add(song, notes=1, hits1=int(p.argmax()) == symbol, nats=-float(np.log(p[symbol])))
    bits, error = tally.ratio("nats", "notes")
    return {
        "pitch_hits1": rounded(tally.ratio("hits1", "notes")),
        "pitch_bits": rounded((bits / np.log(2), error / np.log(2))),
    }
