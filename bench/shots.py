"""How well cuts and gradual changes of flat films are found: against lists made by eye, and exact edits.

    python -m bench.shots [MEDIA] [--seed N] [--each N] [--only films|cuts|gradual|motion]

MEDIA holds the films and their lists (default: the reference media beside the repository). The edits are cut
out of the testing shots of bench/edits.py, which nothing was tuned on; about four minutes. A cut matches
within ±2 frames. A gradual change matches when both overlap by half of the longer and the kind is right.
PySceneDetect's detectors, each as it comes, give frames and no spans: for them a change counts as noticed
when a frame lies within it, give or take two.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bench.edits import BUNNY, BUNNY_HALF, KINDS, RATE, Clips, Edit, Span, edits, moves
from bridge.schema.timeline import EditKind, EditPoint
from bridge.seeing.features import HEIGHT, SCALE, WIDTH
from bridge.seeing.frames import Film
from bridge.seeing.shots import ShotFinder

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "media"
FILMS = {BUNNY: "big_buck_bunny_cuts", "sintel_trailer_480p.mp4": "sintel_trailer_cuts"}
TOLERANCE = 2
# What an edit point is called, and what the lists call it; titles that fade are fades.
STYLES = {
    "Dissolve": "dissolve",
    "Fade Out": "fade out",
    "Fade In": "fade in",
    "Dip to Black": "dip to black",
    "Dip to White": "dip to white",
    "Wipe": "wipe",
}
_LISTED = {
    "title_fade_in": "fade in",
    "title_fade_out": "fade out",
    "fade_in_credits": "fade in",
    "vignette_fade_out": "fade out",
    "iris_out_to_circle": "wipe",
    "iris_out_to_black": "wipe",
}
_SIZE = (256, 144)


@dataclass
class Tally:
    """What was found of what is true."""

    hit: int = 0
    missed: int = 0
    false: int = 0

    def add(self, other: Tally) -> None:
        """Count what the other counted as well."""
        self.hit, self.missed, self.false = (
            self.hit + other.hit,
            self.missed + other.missed,
            self.false + other.false,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        return 2 * self.hit / max(1, 2 * self.hit + self.missed + self.false)


def cut_tally(cuts: Iterable[int], true: Iterable[int], excused: Sequence[tuple[int, int]] = ()) -> Tally:
    """Cuts within ±2 frames of true ones, each used once; none counts as false in an excused span."""
    free, tally = sorted(cuts), Tally()
    for cut in true:
        close = [each for each in free if abs(each - cut) <= TOLERANCE]
        if close:
            free.remove(min(close, key=lambda each: abs(each - cut)))
            tally.hit += 1
        else:
            tally.missed += 1
    tally.false = sum(not any(low <= cut <= high for low, high in excused) for cut in free)
    return tally


def span_tallies(found: Iterable[EditPoint], true: Iterable[Span]) -> dict[str, Tally]:
    """By kind: spans that overlap by half of the longer and are of one kind, each used once."""
    free = [Span(STYLES[p.style], p.start_frame, p.end_frame) for p in found if p.kind is EditKind.TRANSITION]
    tallies = {kind: Tally() for kind in KINDS[1:]}
    for span in true:
        if span.kind == "cut":
            continue
        match = max(free, key=lambda each: _overlap(each, span), default=None)
        if match is not None and _overlap(match, span) >= 0.5:
            free.remove(match)
            tallies[span.kind].hit += 1
        else:
            tallies[span.kind].missed += 1
    for each in free:
        tallies[each.kind].false += 1
    return tallies


def _overlap(one: Span, other: Span) -> float:
    if one.kind != other.kind:
        return 0.0
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0, shared) / max(one.end - one.start, other.end - other.start, 1)


def find(path: Path, most: int = 1 << 40) -> tuple[list[EditPoint], int]:
    """A film's edit points, counted in frames, and how many frames were looked at."""
    finder: ShotFinder | None = None
    count = 0
    with Film(path, WIDTH * SCALE, HEIGHT * SCALE) as film:
        finder = ShotFinder(film.found.rate or Fraction(RATE))
        for _, frame in film.frames():
            finder.add(frame)
            count += 1
            if count == most:
                break
    return finder.finish(lambda: None), count


def hard(points: Iterable[EditPoint]) -> list[int]:
    """The frames of hard cuts."""
    return [point.frame for point in points if point.kind is EditKind.CUT]


def others(path: Path, most: int = 1 << 40) -> dict[str, list[int]]:
    """Frames at which each of PySceneDetect's detectors, as it comes, sees a cut. At 256 × 144, about what it
    shrinks films to by itself.
    """
    from scenedetect import AdaptiveDetector, ContentDetector, HashDetector, HistogramDetector
    from scenedetect.common import FrameTimecode
    from scenedetect.detectors import ThresholdDetector

    detectors = {
        "adaptive": AdaptiveDetector(),
        "content": ContentDetector(),
        "threshold": ThresholdDetector(),
        "histogram": HistogramDetector(),
        "hash": HashDetector(),
    }
    found: dict[str, list[int]] = {name: [] for name in detectors}
    with Film(path, *_SIZE) as film:
        base = FrameTimecode(0, float(film.found.rate or RATE))
        count = 0
        for _, frame in film.frames():
            bgr = np.ascontiguousarray(frame[:, :, ::-1])
            for name, detector in detectors.items():
                found[name] += [cut.frame_num for cut in detector.process_frame(base + count, bgr)]
            count += 1
            if count == most:
                break
    for name, detector in detectors.items():
        found[name] += [cut.frame_num for cut in detector.post_process(base + (count - 1))]
    return found


def listed(truth: dict[str, Any]) -> tuple[list[int], list[Span], list[tuple[int, int]]]:
    """A list made by eye: its cuts, its gradual changes, and the spans in which a cut is neither right nor
    wrong. "title_on" is a title that appears at once, and no kind of ours.
    """
    low, high = truth.get("scored_range", (0, truth["n_frames"]))
    cuts = [cut for cut in truth["hard_cuts"] + truth["hard_cuts_from_or_to_black"] if low <= cut < high]
    inside = [each for each in truth["gradual"] if low <= each["start"] < high]
    spans = [
        Span(_LISTED.get(each["type"], each["type"].replace("_", " ")), each["start"], each["end"])
        for each in inside
    ]
    excused = [(span.start - 3, span.end + 3) for span in spans]
    excused += [(each["frame"] - 3, each["frame"] + 3) for each in truth["ambiguous"]]
    return cuts, spans, excused


def judge(points: Sequence[EditPoint], truth: dict[str, Any]) -> dict[str, int]:
    """Counts of one film against its list: hard, found, false (cuts and spans), gradual, met (touched by a
    transition of whatever kind), matched (by half of the longer, kind right).
    """
    low, high = truth.get("scored_range", (0, truth["n_frames"]))
    cuts, spans, excused = listed(truth)
    points = [point for point in points if low <= point.frame < high]
    tally = cut_tally(hard(points), cuts, excused)
    gradual = [point for point in points if point.kind is EditKind.TRANSITION]
    ours = [(point.start_frame, point.end_frame) for point in gradual]
    known = [span for span in spans if span.kind in KINDS]
    return {
        "hard": len(cuts),
        "found": tally.hit,
        "false": tally.false + sum(not any(a < e and b > s for s, e in excused) for a, b in ours),
        "gradual": len(spans),
        "met": sum(any(a < span.end and b > span.start for a, b in ours) for span in spans),
        "matched": sum(each.hit for each in span_tallies(gradual, known).values()),
    }


@dataclass
class Rows:
    """Tallies edit by edit, so that a standard error can be drawn over edits."""

    rows: list[Tally] = field(default_factory=list)

    def total(self, rows: Sequence[Tally] | None = None) -> Tally:
        """All edits together, or those given."""
        whole = Tally()
        for row in self.rows if rows is None else rows:
            whole.add(row)
        return whole

    def error(self) -> float:
        """Standard error of F1: bootstrap over edits, 400 draws."""
        rng = random.Random(1)
        draws = [self.total(rng.choices(self.rows, k=len(self.rows))).f1 for _ in range(400)]
        return float(np.std(draws))

    def __str__(self) -> str:
        whole = self.total()
        recall = whole.hit / max(1, whole.hit + whole.missed)
        precision = whole.hit / max(1, whole.hit + whole.false)
        counts = f"{whole.hit + whole.missed:5} {recall:7.3f} {precision:9.3f}"
        return f"{counts} {whole.f1:6.3f} ± {self.error():.3f}"


def print_films(media: Path) -> None:
    """Cuts and changes of the films that have lists."""
    print("Films, against lists made by eye")
    print(f"{'':33}{'cuts found':>12} {'F1':>6} {'gradual met':>12} {'matched':>8} {'false':>6}")
    for name, list_name in FILMS.items():
        truth = json.loads((media / f"{list_name}.json").read_text())
        low, high = truth.get("scored_range", (0, truth["n_frames"]))
        points, _ = find(media / name, high)
        counts = judge(points, truth)
        cuts, _, excused = listed(truth)
        inside = [cut for cut in hard(points) if low <= cut < high]
        score = cut_tally(inside, cuts, excused).f1
        print(
            f"{name.split('.')[0]:22} {'cuebridge':10}{counts['found']:>6} / {counts['hard']:<3} {score:6.3f}"
            f" {counts['met']:>7} / {counts['gradual']:<2} {counts['matched']:8} {counts['false']:6}"
        )
        for rival, frames in others(media / name, high).items():
            tally = cut_tally([each for each in frames if low <= each < high], cuts, excused)
            print(f"{'':22} {rival:10}{tally.hit:>6} / {len(cuts):<3} {tally.f1:6.3f}")


def print_cuts(made: Sequence[Edit]) -> None:
    """Hard cuts of edits that have no other changes."""
    rows: dict[str, Rows] = {}
    for edit in made:
        true = [span.start for span in edit.spans]
        found = {"cuebridge": hard(find(edit.path)[0]), **others(edit.path)}
        for name, cuts in found.items():
            rows.setdefault(name, Rows()).rows.append(cut_tally(cuts, true))
    print(f"\nHard cuts of {len(made)} exact edits, shots not used for tuning, ±{TOLERANCE} frames")
    print(f"{'':14}{'cuts':>5} {'recall':>7} {'precision':>9} {'F1':>6}")
    for name, row in rows.items():
        print(f"{name:14}{row}")


def print_gradual(made: Sequence[Edit]) -> None:
    """Gradual changes of exact edits, by kind, and what of them others notice."""
    rows = {kind: Rows() for kind in KINDS}
    noticed: dict[str, Counter[str]] = {}
    for edit in made:
        points, _ = find(edit.path)
        spans = [(span.start - TOLERANCE, span.end + TOLERANCE) for span in edit.spans]
        true = [span.start for span in edit.spans if span.kind == "cut"]
        rows["cut"].rows.append(cut_tally(hard(points), true))
        for kind, tally in span_tallies(points, edit.spans).items():
            rows[kind].rows.append(tally)
        for name, cuts in others(edit.path).items():
            count = noticed.setdefault(name, Counter())
            for span, (low, high) in zip(edit.spans, spans):
                count[span.kind] += any(low <= cut <= high for cut in cuts)
            count["false"] += sum(not any(low <= cut <= high for low, high in spans) for cut in cuts)
    print(f"\nGradual changes of {len(made)} exact edits, shots not used for tuning")
    print(f"{'':14}{'true':>5} {'recall':>7} {'precision':>9} {'F1':>6}")
    for kind in (*KINDS[1:], "cut"):
        print(f"{kind:14}{rows[kind]}")
    print("\nOf these noticed at all by a frame within them, and frames elsewhere")
    print(f"{'':11}" + "".join(f"{kind:>14}" for kind in (*KINDS, "false")))
    for name, count in noticed.items():
        print(f"{name:11}" + "".join(f"{count[kind]:14}" for kind in (*KINDS, "false")))


def print_motion(media: Path, made: Iterable[Edit]) -> None:
    """False alarms where nothing gradual is."""
    print("\nUncut motion: gradual changes found where there are none")
    total, frames_long = 0, 0
    for edit in made:
        points, count = find(edit.path)
        total, frames_long = _alarms(edit.path.stem, points, (0, count), [], (total, frames_long))
    truth = json.loads((media / "big_buck_bunny_cuts.json").read_text())
    excused = [(each["start"], each["end"]) for each in truth["gradual"]]
    high = truth["scored_range"][1]
    points, _ = find(media / BUNNY, high)
    seen = (total, frames_long)
    seen = _alarms("big_buck_bunny, second half", points, (BUNNY_HALF, high), excused, seen)
    points, count = find(media / "mdn_cc0_friday.mp4")
    total, frames_long = _alarms("mdn_cc0_friday", points, (0, count), [], seen)
    minutes = frames_long / RATE / 60
    print(f"{'all':30}{total:4} in {minutes:4.1f} min: {total / minutes:.2f} a minute")


def _alarms(
    name: str,
    points: Iterable[EditPoint],
    scored: tuple[int, int],
    excused: Sequence[tuple[int, int]],
    before: tuple[int, int],
) -> tuple[int, int]:
    spans = [
        (p.start_frame, p.end_frame)
        for p in points
        if p.kind is EditKind.TRANSITION and scored[0] <= p.frame < scored[1]
    ]
    false = sum(not any(a < end and b > start for start, end in excused) for a, b in spans)
    length = scored[1] - scored[0]
    print(f"{name:30}{false:4} in {length / RATE / 60:4.1f} min")
    return before[0] + false, before[1] + length


def main(media: Path, seed: int, each: int, only: str) -> None:
    """Print the tables, or one of them."""
    if only in ("", "films"):
        print_films(media)
    if only == "films":
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = Clips(media, "test", folder)
        if only in ("", "cuts"):
            print_cuts(list(edits(clips, folder, seed, {"cut": 120}, "cuts")))
        if only in ("", "gradual"):
            print_gradual(list(edits(clips, folder, seed + 1, dict.fromkeys(KINDS, each))))
        if only in ("", "motion"):
            print_motion(media, moves(clips, folder, seed + 2, 14))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("media", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--each", type=int, default=40, help="changes of every kind")
    parser.add_argument("--only", default="", choices=("", "films", "cuts", "gradual", "motion"))
    args = parser.parse_args()
    main(args.media, args.seed, args.each, args.only)
