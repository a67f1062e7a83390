"""Judge and release a model of vocabulary 2: `python -m models.release melody [--only judge]`.

Judges the best checkpoint on held-out pieces beside floors on the same items, writes the figures to
`models/build/v2/PART-figures.json`, and exports graph and card to `models/released/PART-v2`; writes nothing
where torch and ONNX differ (see `export`). What all the released models write together is measured by
`models.judging`.
"""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path

import numpy as np

from bridge.inference.session import Decoder
from bridge.vocabulary import recall
from models import band, export, harmonies
from models.fit import BUILD, JUDGED
from models.judging import knowledge
from models.windows import Pieces

_MUSIC = [*export.SOURCES, *export.SCORES, export.FREEDOOM]
DATA = {
    "chords": _MUSIC,
    "melody": _MUSIC,
    "accompaniment": _MUSIC,
    "bass": _MUSIC,
    "drums": [export.GROOVE],
}
GUIDANCE = {"accompaniment": 2.5, "bass": 1.6, "drums": 2.5}
"""How far each part's controls are carried (`session.Decoder.run`); on validation songs: LOG.md."""
WRITTEN = "samples at temperature 1, top-p 0.98, controls open but for one"


def judge(checkpoint: Path) -> dict[str, object]:
    """Figures, floors and the trust in a song's own past of a chords model."""
    model, state = export.load(checkpoint)
    trust = knowledge.trusted(model)
    return {"step": state["step"], **knowledge.of_chords(model, trust), "recall": recall.named(trust)}


def judge_notes(part: str, checkpoint: Path) -> dict[str, object]:
    """Bits a note on every source's held-out pieces, controls open and told, and floors."""
    model, state = export.load(checkpoint)
    return {"step": state["step"], **knowledge.of_notes(part, model)}


def written_band(part: str, checkpoint: Path, measured: dict, songs: int) -> dict[str, object]:
    """What the exported model of bass or drums does with what it is asked for."""
    export.release(part, checkpoint, BUILD / "candidate", "", _examples(part), measured)
    decoder = Decoder.load(BUILD / "candidate" / f"{part}-v2")
    test = Pieces(BUILD / f"{part}-test-{JUDGED[part]}.npz")
    out: dict[str, object] = {"controls obeyed": band.obedience(decoder, test)}
    if part == "drums":
        out["snare and toms in a bar"] = band.fills(decoder, test)
    return out


def written(part: str, checkpoint: Path, measured: dict, songs: int) -> dict[str, object]:
    """What the exported model writes, from a copy that is not released."""
    candidate = BUILD / "candidate"
    export.release(part, checkpoint, candidate, "", _examples(part), measured)
    decoder = Decoder.load(candidate / f"{part}-v2")
    return harmonies.compare(decoder, Pieces(BUILD / f"{part}-test-pop.npz"), songs)


def _examples(part: str) -> list[np.ndarray]:
    """Sixteen windows of lengths from 64 tokens up."""
    pieces = Pieces(BUILD / f"{part}-validation-{JUDGED[part]}.npz")
    longest = np.argsort(-pieces.share, kind="stable")[:16]
    return [pieces.window(int(piece), 0, 64 + 28 * at)[0].ids for at, piece in enumerate(longest)]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("chords", *knowledge.SOURCES))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--only", choices=("judge", "export"))
    parser.add_argument("--songs", type=int, default=91, help="songs to write samples for")
    parser.add_argument("--to", type=Path, default=export.RELEASED)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    asked = parser.parse_args()
    checkpoint = asked.checkpoint or BUILD / f"{asked.part}-best.pt"
    kept = BUILD / f"{asked.part}-figures.json"
    if asked.only != "export":
        chords = asked.part == "chords"
        measured = judge(checkpoint) if chords else judge_notes(asked.part, checkpoint)
        kept.write_text(json.dumps(measured, indent=1) + "\n")
        figures = dict(measured["figures"])  # type: ignore[call-overload]
        # What is written together is measured of the released models (`models.judging`).
        compare = {"chords": written, "bass": written_band, "drums": written_band}.get(asked.part)
        if compare is not None:
            figures[WRITTEN] = compare(asked.part, checkpoint, measured, asked.songs)
            kept.write_text(json.dumps({**measured, "figures": figures}, indent=1) + "\n")
        print(kept.read_text())
    if asked.only != "judge":
        measured = json.loads(kept.read_text())
        measured["guidance"] = GUIDANCE.get(asked.part, 0.0)
        card = export.release(
            asked.part, checkpoint, asked.to, asked.date, _examples(asked.part), measured, DATA[asked.part]
        )
        print({key: card[key] for key in ("name", "sha256", "bytes", "torch_against_onnx")})


if __name__ == "__main__":
    main()
