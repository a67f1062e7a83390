"""The evaluation's numbers as tables, each with the bar it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.judging.free import COUNTED, FURTHEST
from models.judging.writing import drawn

Known = Mapping[str, Any]

SPEARMAN = {"density": 0.85, "register": 0.8, "polyphony": 0.7}
CHANGES = {"hits1": 0.42, "hits3": 0.72, "hits5": 0.84}
LEAST_SURE = 7.5
_CHANGES = (*CHANGES, "perplexity")


def document(known: Known) -> str:
    """The whole of `EVALUATION.md`."""
    parts = [
        "# What the released models and the line do, measured",
        "Written by `make evaluate` (`python -m models.judging`). ± is a standard error over the units"
        " named. Held"
        " out are the 91 songs of POP909 whose number ends in 7. Bars are this project's own aims.",
    ]
    missing = []
    for name, table in (
        ("knowledge", _knowledge),
        ("generation", _generation),
        ("metres", _metres),
        ("controls", _controls),
        ("moods", _moods),
        ("motif", _motif),
        ("picture", _picture),
        ("size", _size),
    ):
        if name in known:
            parts.append(table(known[name]))
        else:
            missing.append(name)
    if missing:
        parts.append(f"Not measured yet for these models: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def of_card(known: Known, part: str, name: str) -> dict[str, Any]:
    """What concerns one part's model."""
    out: dict[str, Any] = {}
    if name in known.get("controls", {}):
        out["controls obeyed, Spearman over bars"] = known["controls"][name]
    if "generation" in known:
        sets = known["generation"]["measures"]
        own = [measure for measure in sets["written"] if part in measure]
        out["free generation, all parts together"] = {
            who: {measure: rows[measure] for measure in (*COUNTED, *own)} for who, rows in sets.items()
        }
        if part == "melody":
            out["copying"] = known["generation"]["copying"]
    if "metres" in known and part != "chords":
        out["chord tones by metre"] = {metre: found[part] for metre, found in known["metres"].items()}
    return out


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def pm(found: Mapping[str, float], digits: int = 3) -> str:
    """Mean ± standard error."""
    return f"{found['mean']:.{digits}f} ± {found['error']:.{digits}f}"


def listed(pair: Any, digits: int = 3) -> str:
    """The same for a [mean, error] or a lone number."""
    if isinstance(pair, list):
        return f"{pair[0]:.{digits}f} ± {pair[1]:.{digits}f}"
    return f"{pair:.{digits}f}"


def verdict(cleared: bool) -> str:
    """In words."""
    return "cleared" if cleared else "**missed**"


def _knowledge(found: Known) -> str:
    chords = found["chords"]
    rows = []
    for words, models in chords["figures"].items():
        floors = chords["floors"][words]
        markov = [each for name, each in floors.items() if name.startswith("Markov")]
        best = {
            key: (min if key == "perplexity" else max)(each[key][0] for each in markov) for key in _CHANGES
        }
        named = {
            **{name.replace("model", chords["name"]): each for name, each in models.items()},
            "the song's own past alone": floors["the song's own past alone"],
            "best Markov": best,
        }
        rows += [
            [words, name, *(listed(each[key], 2 if key == "perplexity" else 3) for key in _CHANGES)]
            for name, each in named.items()
        ]
    automatic = next(iter(chords["figures"].values()))["model and the song's own past"]
    cleared = all(automatic[key][0] >= least for key, least in CHANGES.items())
    cleared = cleared and automatic["perplexity"][0] <= LEAST_SURE
    notes = []
    for part, each in found.items():
        for words, open_ in each["figures"].items() if part != "chords" else ():
            source, how = words.split(", ")
            if how != "controls open":
                continue
            told = each["figures"][f"{source}, controls told"]
            floors = each["floors"][source]
            bits = min(f["bits_per_note"][0] for f in floors.values() if "bits_per_note" in f)
            hits = max(f["pitch_hits1"][0] for f in floors.values() if "pitch_hits1" in f)
            notes.append(
                [
                    each["name"],
                    source,
                    f"{open_['notes']:,}",
                    listed(open_["bits_per_note"], 2),
                    listed(told["bits_per_note"], 2),
                    f"{bits:.2f}",
                    listed(open_["pitch_hits1"]),
                    f"{hits:.3f}",
                    f"{open_['tokens_a_note']:.1f}",
                ]
            )
    bar = (
        "Bar: automatic chords, earlier true chords, key and bar position given: Hits@1/3/5 at least"
        f" .42/.72/.84, perplexity at most {LEAST_SURE}: {verdict(cleared)}."
    )
    return (
        "## Chord changes and notes of the held-out pieces\n\n"
        + table(["changes", "", "Hits@1", "Hits@3", "Hits@5", "perplexity"], rows)
        + f"\n\n{bar}\n\n"
        + table(
            [
                "notes of",
                "source",
                "notes",
                "bits a note, controls open",
                "told",
                "best Markov",
                "pitch Hits@1, open",
                "best Markov",
                "tokens a note",
            ],
            notes,
        )
    )


def _generation(found: Known) -> str:
    names = list(found["measures"])
    rows = []
    close = 0
    for measure in found["measures"]["written"]:
        row = [measure]
        for name in names:
            each = found["measures"][name][measure]
            off = "" if name == names[0] else f" ({each['apart']:+.1f})"
            row.append(pm(each) + off)
        rows.append(row)
        if measure in COUNTED:
            close += abs(found["measures"]["written"][measure]["apart"]) <= FURTHEST
    copied = [
        [length, *(f"{each['found']} of {each['of']}, {100 * each['mean']:.2f} ± {100 * each['error']:.2f} %"
                   for each in sets.values())]
        for length, sets in found["copying"].items()
    ]  # fmt: skip
    tones = found["measures"]
    off = tones["written"]["chord tones, melody"]["mean"] - tones[names[0]]["chord tones, melody"]["mean"]
    inner = tones["written"]["chord tones, accompaniment"]["mean"]
    copies = found["copying"]
    long = copies["runs of 16 notes"]
    short = copies["runs of 8 notes"]
    return (
        f"## Free generation\n\nKeys, bars and tempi of {found['songs']} held-out songs ({found['bars']}"
        f" bars in all), {drawn()}; every control open: chords, a melody on them, an accompaniment of both."
        " In brackets how many standard errors of the difference from the held-out songs, piece by piece"
        " where the piece is the same.\n\n"
        + table(["measure", *names], rows)
        + f"\n\nBar: at most {FURTHEST} standard errors on five of the first six: {close} of 6,"
        f" {verdict(close >= 5)}. Chord tones: melody within .05 of the songs' ({off:+.3f},"
        f" {verdict(abs(off) <= 0.05)}), accompaniment at least .93 ({inner:.3f},"
        f" {verdict(inner >= 0.93)}).\n\nRuns of the written melodies that stand in a training song, by"
        " their intervals alone; runs of one pitch do not count:\n\n"
        + table(["", "written", "held-out songs"], copied)
        + "\n\nBar: of 16 none beyond the songs' share"
        f" ({verdict(long['written']['mean'] <= long['held-out songs']['mean'])}); of 8 at most twice"
        f" theirs ({verdict(short['written']['mean'] <= 2 * short['held-out songs']['mean'])})."
    )


def _metres(found: Known) -> str:
    rows = []
    for metre, parts in found.items():
        for part, each in parts.items():
            good = (
                abs(each["difference"]["mean"]) <= 0.05
                if part == "melody"
                else each["written"]["mean"] >= 0.93
            )
            figures = (each[name] for name in ("written", "real", "difference"))
            rows.append([metre, part, str(each["written"]["songs"]), *map(pm, figures), verdict(good)])
    return (
        "## Chord tones by metre\n\nHeld-out songs, cut and joined at beats where they are in another"
        " metre; their own chords given.\n\n"
        + table(
            [
                "metre",
                "part",
                "songs",
                "written",
                "the songs'",
                "difference",
                "bar: melody within .05, else .93",
            ],
            rows,
        )
    )


def _controls(found: Known) -> str:
    rows = []
    for name, each in found.items():
        for control, figures in each.items():
            if not isinstance(figures, dict):
                continue
            rows.append(
                [
                    name,
                    control,
                    f"{figures['spearman']:.3f} ± {figures['error']:.3f}",
                    f"{SPEARMAN[control]:.2f}",
                    verdict(figures["spearman"] >= SPEARMAN[control]),
                ]
            )
    some = next(iter(found.values()))
    return (
        f"## Controls of a bar\n\nEach of {some['songs']} held-out songs' first bars asked for with"
        f" another song's curve ({some['bars']} bars), own chords given; Spearman between asked and"
        " measured over all bars,"
        " errors by drawing songs anew.\n\n" + table(["model", "control", "Spearman", "bar", ""], rows)
    )


def _moods(found: Known) -> str:
    rows = [
        [
            axis,
            name,
            f"{100 * each['rises']:.0f} % of {each['trials']}",
            f"{each['mean']:+.3f} ± {each['error']:.3f}",
            verdict(each["rises"] >= 0.95),
        ]
        for axis, moved in found.items()
        for name, each in moved.items()
    ]
    return (
        "## Moods\n\nOne cue sheet and seed with an axis low and high throughout (energy .3 and .81, as"
        " sad and angry film excerpts are rated; tension .22 and .88, tender and fearful; valence .3 and .82,"
        " fearful and happy: Eerola & Vuoskoski 2011), solved, composed and performed: how often the high one"
        " has more. Density is distinct onsets a second; loudness is in dB, over the moments in which"
        " anything sounds, by velocities and controllers, and rendered in LU, as FluidSynth plays it and"
        " BS.1770 hears it; tempo in quarters a minute; dissonance is the roughness of the pitch classes that"
        " sound together, roughness that of the pitches, which follows register and spacing as much as"
        " harmony; mode runs from -1, minor, to 1.\n\n"
        + table(["axis", "moves", "rises in", "mean change", "bar: 95 %"], rows)
        + "\n\nWith a cut every two to six seconds the cuts leave few tempi to choose from, and the energy"
        " decides only among those; the tempo map's price for it is low, for a higher one costs hits."
    )


def _motif(found: Known) -> str:
    rows = [
        [name, *(pm(each[key]) for key in ("same label", "different labels", "difference", "different cues"))]
        for name, each in found.items()
        if isinstance(each, dict)
    ]
    return (
        f"## Motif\n\nMelodies of the plots of {found['cues']} cues (six plots, labels that come back):"
        " Ukkonen's measure on trigrams (Müllensiefen & Frieler 2004).\n\n"
        + table(["of", "same label", "different labels", "difference", "different cues"], rows)
    )


def _picture(found: Known) -> str:
    return (
        f"## For picture\n\n{found['cues']} cues of each kind (`bench.textures` says how), labelled in"
        f" windows of two bars.\n\n{found['textures']}\nBars: underscore pad + drone at least 25 %, line"
        " at most 50 %, silent windows at least 10 %; tension diminished at least 10 % of beats; action"
        " ostinato + pulse at least 15 %; hits that are met have an onset; a chord changes on at least 90"
        f" % of plot boundaries.\n\n{found['promises']}\nThe palettes on one cue sheet with one"
        f" seed:\n\n{found['palettes'].rstrip()}"
    )


def _size(found: Known) -> str:
    total = sum(found.values())
    return (
        f"## Size\n\n{', '.join(f'{name} {size / 1e6:.1f} MB' for name, size in found.items())}: together"
        f" {total / 1e6:.1f} MB of at most 60."
    )
