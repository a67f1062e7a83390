"""The rows of the page, top to bottom."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from bridge.schema.cues import CueSheet, Label, ShiftKind
from bridge.schema.performance import Performance, Track
from bridge.schema.picture import SAMPLE_STEP_S, Picture
from bridge.schema.score import PartRole, Score
from bridge.schema.tempo import Form, HitResult
from bridge.schema.timeline import EditKind, Timeline
from bridge.writing.colors import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    LABEL_COLORS,
    ORANGE,
    PART_COLORS,
    SILENCE,
    SKY,
    VERMILION,
)
from bridge.writing.text import one_line

# Errors past this many frames are drawn at the edge, as arrows.
ERROR_EDGE = 4.0
# Width of a character at nine points, and of a bold one, in pixels; wide enough for most words.
_CHAR_PX, _BOLD_PX = 8.0, 9.4
_SHORT = {
    Label.INTRODUCTION: "intro",
    Label.DEVELOPMENT: "dev",
    Label.CLIMAX: "climax",
    Label.CONCLUSION: "end",
}
_TURNS = {
    ShiftKind.SCENE: ("^", DARK),
    ShiftKind.TONE: ("o", ORANGE),
    ShiftKind.PACING: ("D", BLUE),
}
_BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6}


@dataclass(frozen=True)
class Page:
    """What is drawn, with the time axis: `length_s` seconds over `pixels`."""

    timeline: Timeline
    picture: Picture
    cues: CueSheet
    form: Form
    performance: Performance
    score: Score | None
    length_s: float
    pixels: float

    def s(self, frame: int) -> float:
        """Seconds of a timeline frame."""
        return float(self.cues.cue_s(frame))

    def tick_s(self, tick: int) -> float:
        """Seconds of a tick."""
        return float(self.form.tempo_map.s_at_tick(tick))

    def px(self, seconds: float) -> float:
        """Pixels that a span of seconds takes."""
        return seconds / self.length_s * self.pixels

    def words(self, text: str, characters: int) -> str:
        """The text cut to a number of characters, with what the font lacks as boxes."""
        known = _characters()
        shown = "".join(c if ord(c) in known else "□" for c in one_line(text))
        if len(shown) <= characters:
            return shown
        return shown[: characters - 1].rstrip() + "…" if characters > 3 else ""


@cache
def _characters() -> frozenset[int]:
    """Code points of the font that matplotlib brings along."""
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def draw_rows(axes: list[Any], page: Page) -> None:
    """Draw every row, with silence behind and the picture's cuts through the first two."""
    for draw, axis in zip((motion, hits, plots, mood, tempo, notes), axes):
        for plot in page.cues.plots:
            if not plot.music:
                axis.axvspan(page.s(plot.start_frame), page.s(plot.end_frame), color=SILENCE, lw=0, zorder=0)
        draw(axis, page)
        for text in axis.texts:
            text.set_clip_on(True)


def _side(axis: Any, handles: list[Any], title: str, columns: int = 1) -> None:
    """A legend in the right margin."""
    if not handles:
        return
    legend = axis.legend(
        handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.004, 1.03), fontsize=8,
        title_fontsize=8, frameon=False, borderpad=0, labelspacing=0.3, handlelength=1.6 / columns,
        handletextpad=0.8 / columns, ncols=columns, columnspacing=0.6, alignment="left",
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _uprights(axis: Any, seconds: list[float], low: float, high: float, **style: Any) -> None:
    axis.add_collection(LineCollection([[(s, low), (s, high)] for s in seconds], **style), autolim=False)


def motion(axis: Any, page: Page) -> None:
    """How much moves in the picture, under the cuts."""
    picture = page.picture
    times = np.arange(picture.samples + 1) * float(SAMPLE_STEP_S)
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.set_ylabel("picture", fontsize=9)
    top = float(np.quantile(picture.motion, 0.98)) if picture.samples else 0.0
    if top > 0:
        # Motion is read for its shape: all but the busiest moments fill the row.
        level = np.minimum(np.append(picture.motion, picture.motion[-1]) / top, 1)
        axis.fill_between(times, level * 0.92, color=SKY, alpha=0.65, lw=0, step="post")
    if picture.samples and not picture.seen.all():
        unseen = ~np.append(picture.seen, picture.seen[-1])
        axis.fill_between(
            times, 0, 1, where=unseen, step="post", facecolor="none", edgecolor="#C4C4C4", hatch="////", lw=0
        )
    cuts = [p for p in page.timeline.edit_points if p.kind is EditKind.CUT]
    spans = [p for p in page.timeline.edit_points if p.kind is EditKind.TRANSITION]
    alpha = 1.0 if len(cuts) < page.pixels / 8 else 0.4
    _uprights(axis, [page.s(p.frame) for p in cuts], 0, 1, colors=DARK, linewidths=0.8, alpha=alpha)
    for point in spans:
        axis.axvspan(page.s(point.start_frame), page.s(point.end_frame), color=DARK, alpha=0.35, lw=0)
    handles: list[Any] = [Line2D([], [], color=DARK, lw=0.8, label="cut")]
    if top > 0:
        handles.append(Patch(color=SKY, alpha=0.65, label="motion"))
    if spans:
        handles.append(Patch(color=DARK, alpha=0.35, label="transition"))
    if not picture.seen.all():
        handles.append(Patch(facecolor="none", edgecolor="#C4C4C4", hatch="////", label="not seen"))
    _side(axis, handles, "")


def hits(axis: Any, page: Page) -> None:
    """Music − picture at every hit, in frames, over the windows that count."""
    axis.set_ylim(-ERROR_EDGE - 0.7, ERROR_EDGE + 0.7)
    axis.set_yticks([-4, -2, 0, 2, 4])
    axis.set_ylabel("hits (frames)", fontsize=9)
    axis.axhspan(-1, 2, color=BLUE, alpha=0.07, lw=0)
    axis.axhspan(-0.5, 0.5, color=BLUE, alpha=0.13, lw=0)
    axis.axhline(0, color=GREY, lw=0.6)
    results = {result.hit_id: result for result in page.form.hits}
    kinds: dict[str, list[tuple[float, HitResult, str]]] = {"met": [], "left": [], "grouped": []}
    for hit in page.cues.hits:
        result = results.get(hit.id)
        if result is None:
            continue
        kind = "met" if result.met else "grouped" if hit.grouped_with else "left"
        kinds[kind].append((page.s(hit.frame), result, hit.weight.value))
    size = 30 if len(page.cues.hits) < 80 else 16
    looks = (("met", BLUE, "o"), ("left", VERMILION, "X"), ("grouped", GREY, "."))
    handles = []
    for kind, color, marker in looks:
        found = kinds[kind]
        if not found:
            continue
        xs = np.array([entry[0] for entry in found])
        ys = np.array([entry[1].error_frames for entry in found])
        shown = np.clip(ys, -ERROR_EDGE, ERROR_EDGE)
        if kind == "grouped":  # nothing chases these: the ones out of sight are not worth an arrow
            xs, ys, shown = (values[np.abs(ys) <= ERROR_EDGE] for values in (xs, ys, shown))
        else:
            stems = [[(x, 0), (x, y)] for x, y in zip(xs, shown)]
            axis.add_collection(LineCollection(stems, colors=color, linewidths=0.9, alpha=0.8))
        for within, shape in (
            (np.abs(ys) <= ERROR_EDGE, marker),
            (ys > ERROR_EDGE, "^"),
            (ys < -ERROR_EDGE, "v"),
        ):
            axis.scatter(xs[within], shown[within], s=size, c=color, marker=shape, lw=0, zorder=3)
        label = f"{kind} {len(found)}"
        handles.append(Line2D([], [], color=color, marker=marker, lw=0, markersize=6, label=label))
    musts = [page.s(h.frame) for h in page.cues.hits if h.weight.value == "must"]
    top = ERROR_EDGE + 0.55
    axis.scatter(musts, [top] * len(musts), s=14, c=DARK, marker="v", lw=0, clip_on=False)
    if musts:
        handles.append(Line2D([], [], color=DARK, marker="v", lw=0, markersize=4, label="must"))
    _side(axis, handles, "music − picture")


def plots(axis: Any, page: Page) -> None:
    """What each stretch of picture is for."""
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.set_ylabel("plots", fontsize=9)
    short = False
    for plot in page.cues.plots:
        begin, end = page.s(plot.start_frame), page.s(plot.end_frame)
        face = LABEL_COLORS[plot.label] if plot.music else "white"
        axis.add_patch(
            Rectangle(
                (begin, 0.02), end - begin, 0.96, facecolor=face, edgecolor="#777777", lw=0.7,
                hatch="" if plot.music else "....",
            )
        )  # fmt: skip
        free = page.px(end - begin) - 8
        names = (plot.label.value, _SHORT[plot.label]) if plot.music else ("no music", "none")
        name = next((n for n in names if len(n) * _BOLD_PX <= free), "")
        short |= name != names[0]
        at = begin + 5 / page.pixels * page.length_s
        style = {"fontsize": 9, "va": "center", "parse_math": False}
        box = {} if plot.music else {"bbox": _BOX}
        axis.text(at, 0.7, name, weight="bold", **style, **(box if name else {}))
        words = page.words(plot.words, int(free / _CHAR_PX))
        if words and free > 60:
            axis.text(at, 0.28, words, color=DARK, **style, **box)
    used = list(dict.fromkeys(p.label for p in page.cues.plots if p.music)) if short else []
    handles: list[Any] = [Patch(color=LABEL_COLORS[label], label=label.value) for label in used]
    _side(axis, [*handles, *_turns(axis, page)], "", columns=2 if handles and page.cues.transitions else 1)


def _turns(axis: Any, page: Page) -> list[Any]:
    """Transition points along the foot of the plots, larger where stronger; the marks for the margin."""
    handles = []
    look = {"lw": 0.4, "edgecolors": "white", "zorder": 4, "clip_on": False}
    for kind, (marker, color) in _TURNS.items():
        found = [point for point in page.cues.transitions if point.kind is kind]
        if found:
            sizes = [8 + 34 * point.strength**2 for point in found]
            at = [page.s(point.frame) for point in found]
            axis.scatter(at, [0.0] * len(at), s=sizes, c=color, marker=marker, **look)
            handles.append(Line2D([], [], color=color, marker=marker, lw=0, markersize=5, label=kind.value))
    return handles


def mood(axis: Any, page: Page) -> None:
    """Valence, energy and tension over loudness, one value a second."""
    axis.set_ylim(0, 1.02)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel("mood", fontsize=9)
    curves = page.cues.mood
    # A value stands for its second; on a long page as many are averaged as fall on two pixels.
    share = max(1, round(2 * page.length_s / page.pixels))
    count = len(curves.valence)
    at = np.array([0.0, *(np.arange(0, count, share) + share / 2), max(page.length_s, count)])
    axis.fill_between(at, _averaged(curves.loudness, share), color="#D5D5D5", lw=0)
    looks = (
        ("valence", curves.valence, ORANGE, "-"),
        ("energy", curves.energy, BLUE, (0, (5, 1.5))),
        ("tension", curves.tension, VERMILION, (0, (1.2, 1))),
    )
    handles: list[Any] = []
    for name, values, color, style in looks:
        (line,) = axis.plot(at, _averaged(values, share), color=color, ls=style, lw=1.5, label=name)
        handles.append(line)
    _side(axis, [*handles, Patch(color="#D5D5D5", label="loudness")], "")


def _averaged(values: tuple[float, ...], share: int) -> list[float]:
    """Means of `share` values each, the first and the last twice so that a curve reaches both ends."""
    means = [float(np.mean(values[i : i + share])) for i in range(0, len(values), share)]
    return [means[0], *means, means[-1]]


def tempo(axis: Any, page: Page) -> None:
    """The written tempo against each plot's base and its free 3 %, with bar lines and metres."""
    axis.set_ylabel("tempo (bpm)", fontsize=9)
    events = page.form.tempo_map.events
    times = [page.tick_s(event.tick) for event in events]
    bpms = [event.bpm for event in events]
    shown = [bpm for bpm, begin in zip(bpms, times) if begin <= page.length_s] or bpms[:1]
    bases = [page.form.base_bpm[p.id] for p in page.cues.plots if p.music and p.id in page.form.base_bpm]
    low, high = min([*shown, *bases]), max([*shown, *bases])
    room = max(2.0, 0.04 * high, (high - low) * 0.2)
    axis.set_ylim(low - 1.7 * room, high + 2.3 * room)
    for plot in page.cues.plots:
        base = page.form.base_bpm.get(plot.id)
        if base is None or not plot.music:
            continue
        span = (page.s(plot.start_frame), page.s(plot.end_frame))
        axis.fill_between(span, base * 0.97, base * 1.03, color=GREEN, alpha=0.15, lw=0)
        axis.plot(span, (base, base), color=GREEN, lw=0.8)
    axis.step([*times, max(page.length_s, times[-1])], [*bpms, bpms[-1]], where="post", color="black", lw=1.3)
    metres = _bars(axis, page, low - 1.7 * room, high + 2.3 * room)
    handles = [
        Line2D([], [], color="black", lw=1.3, label="written"),
        Line2D([], [], color=GREEN, lw=0.8, label="plot's base"),
        Patch(color=GREEN, alpha=0.15, label="±3 %"),
        Line2D([], [], lw=0, label=metres),
    ]
    _side(axis, handles, "")


def _bars(axis: Any, page: Page, low: float, high: float) -> str:
    """Bar lines along the bottom and unusual metres along the top; what to say of the usual one."""
    bars = [bar for bar in page.form.bars if page.tick_s(bar.tick) < page.length_s]
    starts = [page.tick_s(bar.tick) for bar in bars]
    if page.pixels / max(1, len(bars)) > 3:
        _uprights(axis, starts, low, low + 0.10 * (high - low), colors=DARK, linewidths=0.6)
    counts = Counter(str(bar.metre) for bar in bars)
    usual = counts.most_common(1)[0][0] if counts else ""
    changes = [
        (begin, str(bar.metre))
        for before, bar, begin in zip((None, *bars), bars, starts)
        if str(bar.metre) != usual and (before is None or before.metre != bar.metre)
    ]
    style = {"fontsize": 8, "va": "top", "color": DARK}
    ends = [begin for begin, _ in changes[1:]]
    if all(page.px(end - begin) > len(name) * 7 + 4 for (begin, name), end in zip(changes, ends)):
        for begin, name in changes:
            axis.text(begin + 3 / page.pixels * page.length_s, high, name, **style)
    else:
        words = f" {len(changes)} times another metre: {', '.join(name for name in counts if name != usual)}"
        axis.text(0, high, words if len(words) < 150 else words[:149] + "…", **style)
    return f"{usual} unless named"


def notes(axis: Any, page: Page) -> None:
    """Every note as played, by part, darker where louder; drums as ticks below; hits through it."""
    axis.set_ylabel("notes (MIDI pitch)", fontsize=9)
    tracks = page.performance.tracks
    pitches = [n.pitch for t in tracks if t.role is not PartRole.DRUMS for n in t.notes] or [48, 72]
    low, high = min(pitches) - 3, max(pitches) + 8
    drums = [t for t in tracks if t.role is PartRole.DRUMS]
    floor = low - 6 if drums else low
    axis.set_ylim(floor, high)
    axis.set_yticks([c for c in range(0, 128, 12) if low <= c <= high])
    axis.grid(axis="y", color="#E2E2E2", lw=0.6)
    axis.set_axisbelow(True)
    met = {r.hit_id: page.tick_s(r.tick) for r in page.form.hits if r.met and r.tick is not None}
    if len(met) < page.pixels / 4:
        strength = 0.4 if len(met) < 60 else 0.18
        _uprights(
            axis, sorted(met.values()), floor, high, colors=BLUE, linewidths=0.6, alpha=strength, zorder=1
        )
    width = min(4.0, max(1.4, 250 / (high - low)))
    seconds = _clock(page)
    handles = []
    for track in tracks:
        color = PART_COLORS[track.role]
        if track.role is PartRole.DRUMS:
            at = [seconds(n.tick) for n in track.notes]
            _uprights(axis, at, floor + 1, floor + 4.5, colors=color, linewidths=0.9)
        else:
            axis.add_collection(_roll(track, seconds, color, width), autolim=False)
        handles.append(Line2D([], [], color=color, lw=3, label=page.words(track.name, 20)))
    _harmony(axis, page, high)
    if len(handles) > 16:
        handles = [*handles[:15], Line2D([], [], lw=0, label=f"and {len(handles) - 15} more")]
    _side(axis, handles, "")


def _clock(page: Page) -> Any:
    """Tick → seconds in floats: exact fractions are slow for ten thousand notes, and this is for the eye."""
    events = page.form.tempo_map.events
    ticks = [event.tick for event in events]
    begins = [page.tick_s(tick) for tick in ticks]
    rates = [event.us_per_quarter / 960e6 for event in events]

    def seconds(tick: int) -> float:
        index = max(0, bisect_right(ticks, tick) - 1)
        return begins[index] + (tick - ticks[index]) * rates[index]

    return seconds


def _roll(track: Track, seconds: Any, color: str, width: float) -> LineCollection:
    lines = [[(seconds(n.tick), n.pitch), (seconds(n.tick + n.duration_ticks), n.pitch)] for n in track.notes]
    loud = np.array([n.velocity for n in track.notes], dtype=float) / 127
    tints = np.ones((len(lines), 4))
    tints[:, :3] = to_rgb(color)
    tints[:, 3] = 0.35 + 0.65 * loud if len(lines) else 1
    return LineCollection(lines, colors=tints, linewidths=width, capstyle="butt", zorder=2)


def _harmony(axis: Any, page: Page, high: float) -> None:
    """Chord names along the top where all of them fit."""
    if page.score is None:
        return
    begins = [page.tick_s(round(c.start_beats * 960)) for c in page.score.chords]
    chords = [(s, c.name) for s, c in zip(begins, page.score.chords) if s < page.length_s]
    ends = [s for s, _ in chords[1:]] + [page.length_s]
    if all(page.px(end - s) > len(name) * 6 + 3 for (s, name), end in zip(chords, ends)):
        for s, name in chords:
            axis.text(s, high - 0.4, f" {page.words(name, 12)}", fontsize=7.5, va="top", color=DARK,
                      parse_math=False)  # fmt: skip
