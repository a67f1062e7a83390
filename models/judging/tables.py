"""What models know and write, as tables, each with the bar it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.judging.free import COUNTED, FURTHEST
from models.judging.writing import drawn

Known = Mapping[str, Any]

SPEARMAN = {"density": 0.85, "register": 0.8, "polyphony": 0.7}
CHANGES = {"hits1": 0.42, "hits3": 0.72, "hits5": 0.84}
LEAST_SURE = 7.5
COPIED = {"runs of 8 notes": 2, "runs of 16 notes": 1}
"""How many times the held-out pieces' share of known runs may be written."""
_CHANGES = (*CHANGES, "perplexity")
AUTOMATIC = "automatic chords of POP909, key known"
REFERENCE = "a 1.9 M parameter decoder over chord symbols alone, twelve minutes (given, not measured here)"
REFERENCES = {AUTOMATIC: (REFERENCE, (".364", ".660", ".795", "8.82"))}
"""What is known of others on the same changes: Hits@1, 3 and 5 and perplexity."""


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


def knowledge(found: Known) -> str:
    """Chord changes and bits a note, beside floors and what is known of others."""
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
        if words in REFERENCES:
            name, figures = REFERENCES[words]
            rows.append([words, name, *figures])
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


def generation(found: Known) -> str:
    """Free generation, chord tones and copying."""
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
    tones = found["measures"]
    off = tones["written"]["chord tones, melody"]["mean"] - tones[names[0]]["chord tones, melody"]["mean"]
    inner = tones["written"]["chord tones, accompaniment"]["mean"]
    return (
        f"## Free generation\n\nKeys, bars and tempi of {found['songs']} held-out songs ({found['bars']}"
        f" bars in all), {drawn()}; every control open: chords, a melody on them, an accompaniment of both."
        " In brackets how many standard errors of the difference from the held-out songs, piece by piece"
        " where the piece is the same.\n\n"
        + table(["measure", *names], rows)
        + f"\n\nBar: at most {FURTHEST} standard errors on five of the first six: {close} of 6,"
        f" {verdict(close >= 5)}. Chord tones: melody within .05 of the songs' ({off:+.3f},"
        f" {verdict(abs(off) <= 0.05)}), accompaniment at least .93 ({inner:.3f},"
        f" {verdict(inner >= 0.93)}).\n\n{copying(found['copying'])}"
    )


def copying(found: Known) -> str:
    """Runs of notes shared with training pieces, a row a source."""
    rows = []
    for source, lengths in found.items():
        row = [source, str(lengths["pieces"])]
        for length, most in COPIED.items():
            sets = lengths[length]
            row += [
                f"{each['found']} of {each['of']}, {100 * each['mean']:.2f} ± {100 * each['error']:.2f} %"
                for each in (sets["written"], sets["held-out"])
            ]
            row.append(verdict(sets["written"]["mean"] <= most * sets["held-out"]["mean"]))
        rows.append(row)
    head = [f"{length}, {whose}" for length in COPIED for whose in ("written", "held-out", "bar")]
    return (
        "Runs of melodies that stand in a training piece of any source, by their intervals alone, written"
        " beside the held-out pieces' own (of sources other than pop on the pieces' own chords, with their"
        " source token); runs of one pitch do not count. In per cent the mean over pieces. Bar: of 16 notes"
        " no larger a share than theirs, of 8 at most twice theirs.\n\n"
        + table(["source", "pieces", *head], rows)
    )


def metres(found: Known) -> str:
    """Chord tones by metre."""
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


def controls(found: Known) -> str:
    """Whether each bar's controls are obeyed, beside another source's token and nothing asked."""
    rows = []
    for name, each in found.items():
        for control, asked in each["asked"].items():
            if not isinstance(asked, dict):
                continue
            besides = (each.get(beside, {}).get(control) for beside in ("orchestra", "nothing asked"))
            rows.append(
                [
                    name,
                    f"{each['asked']['pieces']} {each['unit']}, {each['asked']['bars']} bars",
                    control,
                    rank(asked),
                    f"{SPEARMAN[control]:.2f}",
                    verdict(asked["spearman"] >= SPEARMAN[control]),
                    *("" if beside is None else rank(beside) for beside in besides),
                ]
            )
    return (
        "## Controls of a bar\n\nThe first bars of held-out pieces, each asked for with another piece's"
        " curve, its own chords given (and what the part hears); Spearman between asked and measured over"
        " all bars, errors by drawing pieces anew. Asked under the pieces' own source token (pop, or"
        " drums) against the bar; beside it the same curves under `orchestra`, and a floor: the same"
        " curves against what is written when nothing is asked.\n\n"
        + table(["model", "of", "control", "Spearman", "bar", "", "under `orchestra`", "nothing asked"], rows)
    )


def rank(found: Known) -> str:
    """A rank correlation with its error."""
    return f"{found['spearman']:.3f} ± {found['error']:.3f}"
