"""From a cue sheet to a form: all hits weighed at once, a legal tempo map, bars, and every hit's fate.

The order: hits → spans that sound (`targets`) → candidate bases (`candidates`) → the dynamic programme over
each span (`search`, exact over the lattice that `lattice` states and the bases kept) → beside it the best
constant tempo, which wins where it would meet more → integers and bars (`layout`, `bars`; phrases inside a
plot of even bars are `bars`' own) → the ladder and the report (`report`).
"""

from __future__ import annotations

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Form, GivenMap
from bridge.timing.bars import named_bars
from bridge.timing.candidates import Watch, best_route
from bridge.timing.given import lay_given
from bridge.timing.layout import Scribe
from bridge.timing.report import fates, with_gestures
from bridge.timing.route import Route
from bridge.timing.targets import Target, spans_of, targets_of


def solve(cues: CueSheet, settings: Settings, progress: Progress, given: GivenMap | None = None) -> Form:
    """Solve a whole cue.

    Args:
        cues: hits, plots and moods. Frames are on the timeline.
        settings: `tempo`, `hits` and `tail_s` are read.
        progress: reported once a hit; raises `Cancelled` from there.
        given: a tempo map to keep as it is: then only the ladder's rungs that move neither tempo nor metre
            meet what its beats do not.

    Returns:
        A form whose bars abut from tick 0 and reach `tail_s` past the cue's last frame. Each hit's error
        is exact for the integers in `tempo_map`. No hard limit of the settings is ever broken.

    Raises:
        Cancelled: when asked to stop.
    """
    targets = targets_of(cues, settings)
    if given is not None:
        return _kept(cues, settings, given, targets)
    watch = Watch(progress, len(targets))
    scribe = Scribe(cues, settings)
    routes: list[Route] = []
    for span in spans_of(cues, targets, settings):
        placed = scribe.placed(span)
        routes.append(best_route(cues, settings, placed, watch))
        scribe.add(routes[-1])
    progress.check()
    layout = scribe.close()
    fate = fates(cues, settings, layout, targets)
    bars = with_gestures(named_bars(cues, layout, frozenset(fate.pickups)), fate)
    return Form(
        tempo_map=layout.tempo_map,
        bars=bars,
        hits=fate.results,
        base_bpm=base_by_plot(cues, settings, routes),
        end_tick=layout.end_tick,
        notes=tuple(_note(route) for route in routes),
    )


def _kept(cues: CueSheet, settings: Settings, given: GivenMap, targets: tuple[Target, ...]) -> Form:
    """The form of a given map."""
    layout = lay_given(cues, settings, given)
    fate = fates(cues, settings, layout, targets)
    return Form(
        tempo_map=layout.tempo_map,
        bars=with_gestures(named_bars(cues, layout, frozenset(fate.pickups)), fate),
        hits=fate.results,
        base_bpm={},
        end_tick=layout.end_tick,
        notes=("Tempi, metres and bars are those of the tempo map that was given",),
        given=given,
    )


_NOTES = {
    "solved": "the tempo bends to the hits",
    "constant": "one constant tempo meets the most hits",
    "target": "no hit to meet: the tempo follows the mood",
}


def _note(route: Route) -> str:
    """How a span's tempo came about, for a person."""
    span = route.span
    return f"{float(span.start_s):.1f} s to {float(span.end_s):.1f} s: {_NOTES[route.name]}"


def base_by_plot(cues: CueSheet, settings: Settings, routes: list[Route]) -> dict[str, float]:
    """The tempo in quarters a minute that bends are measured from, by plot; silent plots have none."""
    found: dict[str, float] = {}
    beat = float(settings.tempo.beat_quarters)
    for route in routes:
        changes = {leg.target.plot: leg.next_bpm for leg in route.legs if leg.target.plot >= 0}
        base = route.bpm
        for index in range(route.span.first_plot, route.span.last_plot):
            base = changes.get(index, base)
            found[cues.plots[index].id] = base * beat
    return found
