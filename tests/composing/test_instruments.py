"""Less of an instrument: which notes stay, and what is said where a promise falls short."""

from __future__ import annotations

from bridge.composing.instruments import fallen_short, lessened, with_instruments
from bridge.composing.palettes import PALETTES
from bridge.composing.plan import make_plan
from bridge.composing.writing import Draft
from bridge.config import Settings
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from tests.composing.forms import Scene, build

BAR = 3840


def chord(tick: int, *, accent: bool = False) -> list[tuple[str, Draft]]:
    return [("accompaniment", Draft(tick, pitch, tick + 480, accent)) for pitch in (48, 55, 64)]


def test_a_hit_keeps_one_note_unless_somebody_else_strikes_there() -> None:
    sections = make_plan(*build(Scene(4)), Settings()).sections
    own = [*chord(0), *chord(960, accent=True), *chord(1920), *chord(BAR + 2880, accent=True)]

    def left(wanted: int, *others: int) -> list[tuple[int, int]]:
        return [(note.tick, note.pitch) for _, note in lessened(own, sections, wanted, frozenset(others))]

    assert left(0) == [(960, 48), (BAR + 2880, 48)]
    assert left(0, 960) == [(BAR + 2880, 48)]
    assert left(0, 960, BAR + 2880) == []
    # Whole chords at hits, then the first beat; what is left over is a chord without its inner note.
    assert left(6) == [(tick, pitch) for tick in (960, BAR + 2880) for pitch in (48, 55, 64)]
    assert left(8)[:2] == [(0, 48), (0, 64)]
    assert len(left(99)) == len(own)


def test_a_tune_stands_for_its_place() -> None:
    sections = make_plan(*build(Scene(4)), Settings()).sections
    own = [*chord(960, accent=True), ("melody", Draft(960, 72, 1440, True))]
    assert lessened(own, sections, 1, frozenset()) == own[-1:]


def test_effects_of_an_instrument_that_is_to_be_less_go_to_another() -> None:
    piano = next(palette for palette in PALETTES if palette.name == "solo piano")
    plan = make_plan(*build(Scene(8, palette="solo piano", layers=("inner",)), Scene(8)), Settings())
    asked = with_instruments(plan, [("piano", "less")], lambda section: section.plot.id == "p0")
    own = asked.sections[0].palette
    effects = [own.voice(slot) for slot in ("stinger", "impact", "button")]
    assert all(voice is not None and voice.program > 7 for voice in effects)
    assert own.accompaniment == piano.accompaniment
    # An instrument that has no effects to give away leaves the palette what it was.
    same = with_instruments(plan, [("harp", "less")], lambda section: section.plot.id == "p0")
    assert all(a.palette is b.palette for a, b in zip(same.sections, plan.sections))


def played(**counts: int) -> Performance:
    notes = {name: tuple(PlayedNote(at, 10, 60, 64) for at in range(n)) for name, n in counts.items()}
    programs = {"Piano": 0, "Left": 1, "Harp": 46}
    return Performance(
        tuple(
            Track(
                name, PartRole.MELODY if name == "Piano" else PartRole.ACCOMPANIMENT, 0, programs[name], own
            )
            for name, own in notes.items()
        )
    )


def test_promises_that_fall_short_are_said_with_their_counts() -> None:
    spans = {"p1": (0, 100), "p2": (200, 300)}
    before = played(Piano=10, Left=10, Harp=4)

    def told(after: Performance, what: str, amount: str, *locked: str) -> list[str]:
        found = fallen_short(before, after, {"p1": spans["p1"]}, [(what, amount)], frozenset(locked))
        return list(found)

    assert told(played(Piano=6, Left=6), "piano", "less") == []
    [text] = told(played(Piano=10, Left=3), "piano", "less", "Piano")
    assert text.startswith("Plot p1: piano had 20 notes and has 13 (10 of them locked)")
    assert "hits that nobody else strikes" in told(played(Piano=13), "piano", "less")[0]
    assert "none were promised" in told(played(Harp=1), "harp", "no")[0]
    assert told(played(Harp=5), "harp", "more") == []
    assert "harp had 4 notes and has 4" in told(played(Harp=4), "harp", "more")[0]
    assert fallen_short(before, before, {"p2": spans["p2"]}, [("piano", "less")]) == (
        "Plot p2: piano had no notes there, so there are none to take away",
    )
