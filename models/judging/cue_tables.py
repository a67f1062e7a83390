"""What whole cues are like, and how fast and large the models are, as tables with their bars."""

from __future__ import annotations

from bench.decoding_tables import cue_table, growth_table, minute_words, pace_table
from bench.palettes import palette_table
from bench.textures import promise_table, texture_table
from models.judging.tables import Known, pm, table, verdict

UNLIKE = 2.0
"""Standard errors by which plots of one label must be more alike than plots of two."""
CACHED, WHOLE = 1.5, 8.0
"""How many times as fast as torch with a cache and without one, a row at a time."""
LINEAR = 1.3
"""How many times longer a minute of the longest cue may take than one of the shortest, and a token of the
longest row than one of the shortest that is longer than what the model can look back on."""
MINUTE_S, MOST_MB = 8.0, 60.0


def moods(found: Known) -> str:
    """What each axis of the mood moves."""
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
        " decides only among those, for a dearer aim costs hits; `--tempo-follows mood` pays that price."
    )


def motif(found: Known) -> str:
    """Likeness of plots of one label beside plots of two."""
    rows = [
        [
            name,
            *(pm(each[key]) for key in ("same label", "different labels", "difference", "different cues")),
            verdict(each["difference"]["mean"] > UNLIKE * each["difference"]["error"]),
        ]
        for name, each in found.items()
        if isinstance(each, dict)
    ]
    return (
        f"## Motif\n\nMelodies of the plots of {found['cues']} cues (six plots, labels that come back):"
        " Ukkonen's measure on trigrams (Müllensiefen & Frieler 2004). Each label has a mood of its own,"
        " which alone may make its plots alike; in the rows of one mood all plots of a cue have the same.\n\n"
        + table(
            [
                "of",
                "same label",
                "different labels",
                "difference",
                "different cues",
                f"bar: more alike by {UNLIKE:.0f} standard errors",
            ],
            rows,
        )
    )


def picture(found: Known) -> str:
    """Textures, promises and palettes."""
    kinds = found["kinds"]
    met, hits = (sum(each["hits"][at] for each in kinds.values()) for at in (0, 1))
    changed, boundaries = (sum(each["boundaries"][at] for each in kinds.values()) for at in (0, 1))
    calm, tense, busy = (kinds[kind] for kind in ("underscore", "tension", "action"))
    bars = [
        ["underscore: pad + drone", f"{calm['pad + drone']:.1f} %", "at least 25 %",
         calm["pad + drone"] >= 25],
        ["underscore: line", f"{calm['line']:.1f} %", "at most 50 %", calm["line"] <= 50],
        ["underscore: silent windows", f"{calm['silent']:.1f} %", "at least 10 %", calm["silent"] >= 10],
        ["tension: diminished, of beats", f"{tense['diminished']:.1f} %", "at least 10 %",
         tense["diminished"] >= 10],
        ["action: ostinato + pulse", f"{busy['ostinato + pulse']:.1f} %", "at least 15 %",
         busy["ostinato + pulse"] >= 15],
        ["hits that are met have an onset", f"{met} of {hits}", "all", met == hits],
        ["a chord changes where plots meet", f"{changed} of {boundaries}", "at least 90 %",
         changed >= 0.9 * boundaries],
    ]  # fmt: skip
    return (
        f"## For picture\n\n{found['cues']} cues of each kind (`bench.textures` says how), labelled in"
        " windows of two bars. Of the corpora the diminished family is counted over beats with a chord:"
        " POP909's checked by hand, the others' heard by this project.\n\n"
        f"{texture_table(kinds, found['references'])}\n{promise_table(kinds)}\n"
        + table(["what", "measured", "bar", ""], [[*row[:3], verdict(bool(row[3]))] for row in bars])
        + f"\n\nThe palettes on one cue sheet:\n\n{palette_table(found['palettes']).rstrip()}"
    )


def speed(found: Known) -> str:
    """Tokens a second beside torch, growth with length, and a minute of music."""
    alone = next(each for each in found["paces"] if each["rows"] == 1)
    full = [each for each in found["growth"] if each["read"] > found["context"]]
    shortest, longest = (each["seconds"] / each["tokens"] for each in (full[0], full[-1]))
    brief, long = (each["seconds"] / each["music"] for each in (found["cues"][0], found["cues"][-1]))
    minute = found["minute"]["seconds"] * 60 / found["minute"]["music"]
    bars = [
        ["faster than (a), a row at a time", f"{alone['ours / a']:.1f} times", f"at least {CACHED}",
         alone["ours / a"] >= CACHED],
        ["faster than (b), a row at a time", f"{alone['ours / b']:.1f} times", f"at least {WHOLE:.0f}",
         alone["ours / b"] >= WHOLE],
        ["linear: a minute of the longest cue to one of the shortest", f"{long / brief:.2f}",
         f"at most {LINEAR}", long <= LINEAR * brief],
        ["linear: a token of the longest row to one of the shortest that fills the context",
         f"{longest / shortest:.2f}", f"at most {LINEAR}", longest <= LINEAR * shortest],
        [f"a minute of {found['minute']['parts']} parts", f"{minute:.1f} s of one core",
         f"at most {MINUTE_S:.0f} s", minute <= MINUTE_S],
    ]  # fmt: skip
    return (
        "## Speed\n\nThe same rows through the same loop (grammar, draws, batches) by the released melody"
        " model, by its weights in eager torch with a cache (a), and in torch reading the whole sequence"
        " again for every token (b); one thread each, seconds of one core (`bench.decoding`).\n\n"
        f"{pace_table(found['paces'])}\n\n{growth_table(found['growth'])}\n\nThe model looks back on"
        f" {found['context']} tokens. Cues of five parts, of plots of ten bars:\n\n{cue_table(found['cues'])}"
        f"\n\n{minute_words(found['minute'])}"
        "\n\n" + table(["what", "measured", "bar", ""], [[*row[:3], verdict(bool(row[3]))] for row in bars])
    )


def size(found: Known) -> str:
    """Megabytes of all that is released."""
    total = sum(found.values()) / 1e6
    return (
        f"## Size\n\n{', '.join(f'{name} {each / 1e6:.1f} MB' for name, each in found.items())}: together"
        f" {total:.1f} MB of at most {MOST_MB:.0f}: {verdict(total <= MOST_MB)}."
    )
