"""The README's table: each sample timeline and film, scored, with its hits beside two constant tempi.

    python -m bench.figures [--only NAME] [--markdown FILE]

Runs the line in this process (no daemon) with seed 0 and prints a Markdown table. Data: the sample
timelines and films beside the repository, `../shared`; without them it says so and stops.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bridge import pipeline
from bridge.config import Settings
from bridge.progress import Progress

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SOURCES: tuple[tuple[str, dict[str, str]], ...] = (
    ("samples/otio/01_resolve_picchu_excerpt_effects.otio", {}),
    ("samples/otio/08_resolve_fcp7_60fps.xml", {}),
    ("samples/otio/12_otio_cmx3600_speed_effects_small.edl", {"fps": "24"}),
    ("samples/otio/13_otio_cmx3600_dissolve_test_4.edl", {"fps": "24"}),
    ("samples/otio/netflix/Chimera_3840x2160_2997fps_10bit_422.otio", {}),
    ("samples/otio/netflix/ElFuente_4096x2160_60fps_10bit_420_remix1.otio", {}),
    ("samples/otio/netflix/Meridian_UHD4k5994_HDR_P3PQ.otio", {}),
    ("samples/otio/netflix/SPARKS_HDR10_4K_2020_PQ_1000nits.otio", {}),
    ("media/big_buck_bunny_704x396.mp4", {}),
    ("media/sintel_trailer_480p.mp4", {}),
)
HEAD = (
    "| source | length s | kept hits | within ±½ | within −1/+2 | 120 bpm ±½ | 120 bpm −1/+2 |"
    " best constant ±½ | best constant −1/+2 | largest bend | without music |"
)


def percent(value: object) -> str:
    """A share as a whole percentage, a dash where there is none."""
    return "–" if value is None else f"{100 * float(str(value)):.0f} %"


def row(name: str, summary: dict[str, object]) -> str:
    """One line of the table from a result's summary."""
    cells = [
        name,
        f"{float(str(summary['length_s'])):.0f}",
        f"{summary['kept']} of {summary['hits']}",
        *(
            percent(summary[key])
            for key in (
                "on_beat_half_frame", "on_beat_window",
                "fixed_120_half_frame", "fixed_120_window",
                "best_constant_half_frame", "best_constant_window",
            )
        ),
        f"{100 * float(str(summary['largest_bend'])):.1f} %",
        percent(summary["silence_share"]),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    """Score every source and print the table; 1 when the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the file name")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    arguments = parser.parse_args()
    if not SHARED.exists():
        print(f"{SHARED} is not there: these figures are made on the samples it holds", file=sys.stderr)
        return 1
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    print("\n".join(lines), flush=True)
    for path, options in SOURCES:
        if arguments.only not in path:
            continue
        started = time.perf_counter()
        result = pipeline.score(SHARED / path, Settings(**options), Progress())
        lines.append(row(Path(path).name, result.summary))
        print(lines[-1], flush=True)
        print(f"{path}: {time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
