"""`cuebridge models add speech`: a recogniser of words, and what tells voices apart.

Both are published by sherpa-onnx and fetched from there at the user's wish, used only if their SHA-256 is the
one written here. The recogniser is OpenAI's Whisper, `base.en`, English; any other that sherpa-onnx publishes
for Whisper, such as `sherpa-onnx-whisper-small.tar.bz2` for a hundred languages, can be given instead.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bridge.errors import InputError
from bridge.hearing.words import speech_dir
from bridge.installing.added import Added, Source, beside, put, take, unwritable
from bridge.progress import Progress

_RELEASES = "https://github.com/k2-fsa/sherpa-onnx/releases/download"
WORDS = Source(
    url=f"{_RELEASES}/asr-models/sherpa-onnx-whisper-base.en.tar.bz2",
    sha256="475bc7052ce299c007f6d5d5407ba8601f819a2867f6eecee510ed17df581542",
    licence_url="https://raw.githubusercontent.com/openai/whisper/main/LICENSE",
    licence="Whisper base.en by OpenAI, MIT",
)
VOICES = Source(
    # Its publisher spells it so.
    url=f"{_RELEASES}/speaker-recongition-models/nemo_en_titanet_small.onnx",
    sha256="ad4a1802485d8b34c722d2a9d04249662f2ece5d28a7a039063ca22f515a789e",
    licence_url="https://creativecommons.org/licenses/by/4.0/legalcode.txt",
    licence="TitaNet-S by NVIDIA, CC BY 4.0",
)
_PARTS = ("encoder", "decoder", "tokens")


def add_speech(
    origin: str, progress: Progress, words: Source = WORDS, voices: Source | None = VOICES
) -> Added:
    """Put a recogniser of words and a model of voices where scoring finds them.

    Args:
        origin: an archive of another Whisper as sherpa-onnx publishes them, a file or an address, whose
            words are then taken and whose hash nobody checks; empty: `words`.
        progress: told bytes.
        words: where the recogniser is published.
        voices: where the model of voices is; None: without one.

    Raises:
        InputError: one cannot be had, has another hash, or is no recogniser.
        OutputError: they cannot be written.
        Cancelled: somebody asked to stop; what was in place stays.
    """
    folder = speech_dir()
    with beside(folder.parent) as archive, beside(folder.parent) as print_file:
        sha256 = take(origin or words.url, archive, "" if origin else words.sha256, progress)
        if voices is not None:
            take(voices.url, print_file, voices.sha256, progress)
        fresh = folder.with_name(f".{folder.name}.part")
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            _unpack(archive, fresh, origin or words.url, progress)
            licences = [words.licence if not origin else "Its licence is for you to know"]
            texts = [] if origin else [("whisper", words)]
            if voices is not None:
                put(print_file, fresh / "voices.onnx")
                licences.append(voices.licence)
                texts.append(("voices", voices))
            for name, source in texts:
                take(source.licence_url, fresh / f"{name}.LICENSE.txt", "", progress)
            card = {
                "words": {"origin": origin or words.url, "sha256": sha256},
                "voices": {"origin": voices.url, "sha256": voices.sha256} if voices is not None else None,
                "licences": licences,
            }
            (fresh / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            fresh.replace(folder)
        except OSError as error:
            raise unwritable(folder, error) from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return Added(folder, sha256, "; ".join(licences))


def _unpack(archive: Path, folder: Path, where: str, progress: Progress) -> None:
    """Encoder, decoder and tokens out of an archive, the smaller of two alike; nothing else of it is read."""
    try:
        with tarfile.open(archive, "r:*") as packed:
            best: dict[str, str] = {}
            for member in _files(packed, progress):
                part = _part_of(member.name)
                if part and (part not in best or ".int8." in member.name):
                    content = packed.extractfile(member)
                    if content is not None:
                        with (folder / f"{part}{PurePosixPath(member.name).suffix}").open("wb") as file:
                            shutil.copyfileobj(content, file, 1 << 20)
                        best[part] = member.name
    except (tarfile.TarError, EOFError) as error:
        raise InputError(f"this is not an archive ({error})", where=where) from None
    lacking = [part for part in _PARTS if part not in best]
    if lacking:
        raise InputError(
            f"there is no {' and no '.join(lacking)} of a Whisper in it",
            where=where,
            remedy="Take an archive named sherpa-onnx-whisper-... that sherpa-onnx publishes",
        )


def _files(packed: tarfile.TarFile, progress: Progress) -> Iterator[tarfile.TarInfo]:
    for member in packed:
        progress.check()
        if member.isfile():
            yield member


def _part_of(name: str) -> str:
    """Which part a file is by its name, such as base.en-encoder.int8.onnx; empty: none."""
    base = PurePosixPath(name).name
    if base.endswith("tokens.txt"):
        return "tokens"
    return next((part for part in _PARTS[:2] if part in base and base.endswith(".onnx")), "")
