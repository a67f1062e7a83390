"""The token table: one id for every name, in an order that released models depend on.

The table only grows: version 2 is version 1 with names added after its last, so a model of either
version runs beside the other. A model's card names the version it was trained on; `SIZES` says how
many names that version has. Version 2 tells a bar's controls as numbers (`conditions`) and has no use
for the graded controls of version 1.
"""

from __future__ import annotations

from typing import Final

from bridge.vocabulary.chords import QUALITIES, Chord
from bridge.vocabulary.texture import TEXTURES

VERSION: Final = 2

STEPS_PER_QUARTER: Final = 12
TICKS_PER_STEP: Final = 80
"""At 960 ticks a quarter."""

KEYS: Final = ("major", "minor", "unknown")
FIRST_METRES: Final[tuple[tuple[int, int], ...]] = (
    (1, 4),
    (2, 4),
    (3, 4),
    (4, 4),
    (5, 4),
    (6, 4),
    (7, 4),
    (3, 8),
    (5, 8),
    (6, 8),
    (7, 8),
    (9, 8),
    (12, 8),
)
_SECOND_METRES: Final[tuple[tuple[int, int], ...]] = (
    (2, 2),
    (3, 2),
    (4, 2),
    (4, 8),
    (2, 8),
    (8, 8),
    (3, 16),
    (6, 16),
    (9, 16),
    (12, 16),
)
METRES: Final = FIRST_METRES + _SECOND_METRES
"""`FIRST_METRES` are those of version 1, which every released model reads."""
SOURCES: Final = ("pop", "heard", "song", "quartet", "orchestra", "game", "drums")
"""What a model was shown as what: pop songs, the same as an automatic chord reader hears them, songs with
piano, string quartets, orchestra, game music, and drum takes."""

LABELS: Final = ("introduction", "development", "climax", "conclusion", "unknown")
DURATIONS_STEPS: Final = (
    1,
    2,
    3,
    4,
    6,
    8,
    9,
    12,
    15,
    16,
    18,
    20,
    21,
    24,
    30,
    32,
    36,
    42,
    48,
    60,
    72,
    84,
    96,
)
LEVELS: Final = {
    "LEFT": 9,
    "DENSITY": 8,
    "REGISTER": 6,
    "POLYPHONY": 5,
    "VALENCE": 5,
    "ENERGY": 5,
    "TENSION": 5,
}
"""How many levels each graded control has; level 0 is the lowest."""

POSITIONS: Final = 96
PITCHES: Final = 128

_FIRST: Final[tuple[str, ...]] = (
    "PAD",
    "BOS",
    "EOS",
    "BAR",
    "SEP",
    *(f"KEY_{key.upper()}" for key in KEYS),
    *(f"METRE_{numerator}/{denominator}" for numerator, denominator in FIRST_METRES),
    *(f"LABEL_{label}" for label in LABELS),
    *(f"{kind}_{level}" for kind, levels in LEVELS.items() for level in range(levels)),
    "CHORD_NC",
    *(f"CHORD_{Chord(root, quality).name}" for root in range(12) for quality in QUALITIES),
    *(f"POS_{step}" for step in range(POSITIONS)),
    *(f"PITCH_{pitch}" for pitch in range(PITCHES)),
    *(f"DUR_{steps}" for steps in DURATIONS_STEPS),
    "ANY",
)
_SECOND: Final[tuple[str, ...]] = (
    *(f"METRE_{numerator}/{denominator}" for numerator, denominator in _SECOND_METRES),
    *(f"SOURCE_{source}" for source in SOURCES),
    *(f"TEXTURE_{texture}" for texture in TEXTURES),
    "TEXTURE_open",
)
NAMES: Final = _FIRST + _SECOND
"""Every token's name; its index is its id. `ANY` stands for a control that is left open."""

SIZES: Final = {1: len(_FIRST), 2: len(NAMES)}
"""How many names each version has."""

SIZE: Final = len(NAMES)

_IDS: Final = {name: index for index, name in enumerate(NAMES)}

PAD: Final = _IDS["PAD"]
BOS: Final = _IDS["BOS"]
EOS: Final = _IDS["EOS"]
BAR: Final = _IDS["BAR"]
SEP: Final = _IDS["SEP"]
ANY: Final = _IDS["ANY"]
CHORD_0: Final = _IDS["CHORD_NC"]
CHORDS: Final = 1 + 12 * len(QUALITIES)
POS_0: Final = _IDS["POS_0"]
PITCH_0: Final = _IDS["PITCH_0"]
DUR_0: Final = _IDS["DUR_1"]


def id_of(name: str) -> int:
    """The id of a token by its name.

    Raises:
        KeyError: there is no such token.
    """
    return _IDS[name]


def key_id(key: str) -> int:
    """The token of `major`, `minor` or `unknown`."""
    return _IDS[f"KEY_{key.upper()}"]


def metre_id(metre: tuple[int, int]) -> int:
    """The token of a metre (numerator, denominator).

    Raises:
        KeyError: a metre outside `METRES`.
    """
    return _IDS[f"METRE_{metre[0]}/{metre[1]}"]


def source_id(source: str) -> int:
    """The token of one of `SOURCES`.

    Raises:
        KeyError: there is no such source.
    """
    return _IDS[f"SOURCE_{source}"]


def texture_id(texture: str | None) -> int:
    """The token of one of `texture.TEXTURES`; `None` leaves it open.

    Raises:
        KeyError: there is no such texture.
    """
    return _IDS[f"TEXTURE_{texture or 'open'}"]


def level_id(kind: str, level: int | None) -> int:
    """The token of a graded control, `kind` being a key of `LEVELS`; `None` gives `ANY`.

    Raises:
        ValueError: the level is outside the kind's range.
    """
    if level is None:
        return ANY
    if not 0 <= level < LEVELS[kind]:
        raise ValueError(f"{kind} goes from 0 to {LEVELS[kind] - 1}, not {level}")
    return _IDS[f"{kind}_0"] + level


def chord_id(chord: Chord | None) -> int:
    """The token of a chord; `None` is the token of no chord."""
    if chord is None:
        return CHORD_0
    return CHORD_0 + 1 + chord.root_pc * len(QUALITIES) + QUALITIES.index(chord.quality)


def chord_of(token: int) -> Chord | None:
    """The chord a token stands for; `None` for the token of no chord.

    Raises:
        ValueError: the token is not a chord.
    """
    index = token - CHORD_0
    if not 0 <= index < CHORDS:
        raise ValueError(f"{name_of(token)} is no chord")
    if index == 0:
        return None
    root_pc, quality = divmod(index - 1, len(QUALITIES))
    return Chord(root_pc, QUALITIES[quality])


def name_of(token: int) -> str:
    """The name of a token id; readable for an id outside the table too."""
    return NAMES[token] if 0 <= token < SIZE else f"<{token}>"


def bar_steps(metre: tuple[int, int]) -> int:
    """Length in steps of one bar of the metre (12 steps a quarter note).

    Raises:
        ValueError: a metre outside `METRES`.
    """
    if metre not in METRES:
        raise ValueError(f"no metre {metre[0]}/{metre[1]} in the vocabulary")
    return metre[0] * STEPS_PER_QUARTER * 4 // metre[1]


def nearest_duration_steps(steps: int) -> int:
    """The length of the table nearest to `steps`, in proportion; at least one step."""
    wanted = max(1, steps)
    return min(DURATIONS_STEPS, key=lambda known: (max(known, wanted) / min(known, wanted), known))
