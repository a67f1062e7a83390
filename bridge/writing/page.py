"""The score on one page: cuts and motion, hits and their errors, plots and mood, tempo, notes.

Drawn by matplotlib's Agg through its objects, so that nothing global is set and nothing needs a screen.
The rows are in `page_rows`; this module lays them out over one time axis and writes the PNG.
"""

from __future__ import annotations

import io
import threading
from typing import Any

from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.picture import Picture
from bridge.schema.score import Score
from bridge.schema.tempo import Form
from bridge.schema.timeline import Timeline
from bridge.timebase import frames_to_timecode, nominal_rate
from bridge.writing.text import one_line

WIDTH_IN, HEIGHT_IN, DPI = 15.0, 10.0, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.05, 0.885, 0.925, 0.05
# Heights of the rows, in the order of `page_rows.ROWS`.
_HEIGHTS = (1.1, 1.4, 0.75, 1.25, 1.6, 3.2)
_STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_MOST_LABELS = 13
# Fonts are cached inside matplotlib; two pages at once are not worth finding out how safely.
_ONE_AT_A_TIME = threading.Lock()


def page_png(
    timeline: Timeline,
    picture: Picture,
    cues: CueSheet,
    form: Form,
    performance: Performance,
    score: Score | None = None,
) -> bytes:
    """The page as PNG, 1650 × 1100 pixels; the same bytes for the same arguments and matplotlib.

    With a `score`, its chords are named above the notes.
    """
    # Only a page needs matplotlib, and it is slow to import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from bridge.writing.page_rows import Page, draw_rows

    with _ONE_AT_A_TIME:
        # A cue that was not composed has no row of notes.
        heights = _HEIGHTS if performance.tracks else _HEIGHTS[:-1]
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(
            len(heights), 1, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM, hspace=0.09,
            height_ratios=heights,
        )  # fmt: skip
        rows = [figure.add_subplot(grid[row, 0]) for row in range(len(heights))]
        length_s = max(float(cues.cue_length_s), 1e-3)
        pixels = WIDTH_IN * DPI * (_RIGHT - _LEFT)
        page = Page(timeline, picture, cues, form, performance, score, length_s, pixels)
        _head(figure, page)
        _time_axis(rows, page)
        draw_rows(rows, page)
        buffer = io.BytesIO()
        # Without `Software`, the version of matplotlib would be in the bytes.
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _head(figure: Any, page: Any) -> None:
    cues, form = page.cues, page.form
    results = {result.hit_id: result for result in form.hits}
    met = sum(1 for hit in cues.hits if hit.id in results and results[hit.id].met)
    grouped = sum(1 for h in cues.hits if h.grouped_with and not (h.id in results and results[h.id].met))
    first = frames_to_timecode(cues.start_timecode_frames + cues.cue_start_frame, cues.rate, cues.drop_frame)
    facts = [
        f"from {first}",
        f"{page.length_s:.1f} s at {float(cues.rate):.6g} fps",
        f"{met} of {len(cues.hits)} hits met" + (f", {grouped} grouped" if grouped else ""),
        f"largest bend {100 * form.largest_bend:.1f} %",
        f"{len(form.bars)} bars",
    ]
    name = page.words(one_line(cues.name or page.timeline.name or "Score"), 70)
    figure.text(_LEFT, 0.972, name, fontsize=16, weight="bold", va="center", parse_math=False)
    figure.text(_LEFT, 0.944, "  ·  ".join(facts), fontsize=10, color="#333333", va="center")


def _time_axis(rows: list[Any], page: Any) -> None:
    """Seconds of the cue under every row, timecodes under the last."""
    cues = page.cues
    nominal = nominal_rate(cues.rate)
    step = next((s for s in _STEPS_S if page.length_s / s <= _MOST_LABELS), _STEPS_S[-1])
    span = step * nominal
    first = cues.start_timecode_frames + cues.cue_start_frame
    last = cues.start_timecode_frames + cues.cue_end_frame
    frames = range(-(-first // span) * span, last + 1, span)
    ticks = [float(cues.cue_s(frame - cues.start_timecode_frames)) for frame in frames]
    for row in rows:
        row.set_xlim(0, page.length_s)
        row.set_xticks(ticks)
        row.tick_params(axis="both", labelsize=8, length=2, colors="#333333")
        row.tick_params(axis="x", labelbottom=row is rows[-1])
        for side in ("top", "right"):
            row.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            row.spines[side].set_color("#999999")
    rows[-1].set_xticklabels([frames_to_timecode(frame, cues.rate, cues.drop_frame) for frame in frames])
