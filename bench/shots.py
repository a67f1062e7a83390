"""How well shots of a flat film are found, against lists made by eye.

    python -m bench.shots [FOLDER]

FOLDER holds the films and their lists (default: the reference media beside the repository). For each: hard
cuts found within ±1 frame, false ones (ambiguous frames and gradual changes are neither), gradual changes
met by a transition, and CPU seconds. The reference row is PySceneDetect's detect-adaptive as it comes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.timeline import EditKind
from bridge.seeing import film_timeline

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "media"
FILMS = {"big_buck_bunny_704x396": "big_buck_bunny_cuts", "sintel_trailer_480p": "sintel_trailer_cuts"}
_TOLERANCE = 1


def judge(cuts: list[int], spans: list[tuple[int, int]], truth: dict[str, Any]) -> dict[str, int]:
    """Counts of one film: hard, found, false, gradual, met."""
    low, high = truth.get("scored_range", (0, truth["n_frames"]))
    hard = [cut for cut in truth["hard_cuts"] + truth["hard_cuts_from_or_to_black"] if low <= cut < high]
    gradual = [(each["start"], each["end"]) for each in truth["gradual"] if low <= each["start"] < high]
    free = sorted(cut for cut in cuts if low <= cut < high)
    found = 0
    for cut in hard:
        near = [each for each in free if abs(each - cut) <= _TOLERANCE]
        if near:
            found += 1
            free.remove(min(near, key=lambda each: abs(each - cut)))
    excused = [(start - 3, end + 3) for start, end in gradual]
    excused += [(each["frame"] - 3, each["frame"] + 3) for each in truth["ambiguous"]]
    false = [cut for cut in free if not any(start <= cut <= end for start, end in excused)]
    wrong_spans = [
        (a, b)
        for a, b in spans
        if low <= a < high and not any(a < end and b > start for start, end in excused)
    ]
    met = sum(any(a < end and b > start for a, b in spans) for start, end in gradual)
    return {
        "hard": len(hard),
        "found": found,
        "false": len(false) + len(wrong_spans),
        "gradual": len(gradual),
        "met": met,
    }


def plain_adaptive(path: Path) -> list[int]:
    """PySceneDetect's adaptive detector, out of the box, on its own reader."""
    from scenedetect import AdaptiveDetector, detect

    return [start.frame_num for start, _ in detect(str(path), AdaptiveDetector())][1:]


def main(folder: Path) -> None:
    """Print the table."""
    heads = ("hard cuts", "recall", "precision", "gradual", "CPU s")
    print(f"{'film':39}" + "".join(f" {head:>10}" for head in heads))
    for name, list_name in FILMS.items():
        path = folder / f"{name}.mp4"
        if not path.exists():
            print(f"{name:26} not in {folder}")
            continue
        truth = json.loads((folder / f"{list_name}.json").read_text())
        begin = time.process_time()
        timeline = film_timeline(path, Settings(), Progress())
        seconds = time.process_time() - begin
        cuts = [point.frame for point in timeline.edit_points if point.kind is EditKind.CUT]
        spans = [(p.start_frame, p.end_frame) for p in timeline.edit_points if p.kind is EditKind.TRANSITION]
        _row(name, "cuebridge", judge(cuts, spans, truth), seconds)
        begin = time.process_time()
        plain = plain_adaptive(path)
        _row(name, "plain", judge(plain, [], truth), time.process_time() - begin)


def _row(name: str, who: str, counts: dict[str, int], seconds: float) -> None:
    found, hard, false = counts["found"], counts["hard"], counts["false"]
    cells = (
        f"{found}/{hard}",
        f"{found / hard:.3f}",
        f"{found / max(1, found + false):.3f}",
        f"{counts['met']}/{counts['gradual']}",
        f"{seconds:.1f}",
    )
    print(f"{name:28}{who:11}" + "".join(f" {cell:>10}" for cell in cells))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
