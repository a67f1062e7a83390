"""Sessions of onnxruntime, whose only import is here: one thread by default, sequential, deterministic."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bridge.config import inference_threads, provider
from bridge.errors import ModelError
from bridge.inference.card import Card, checked_card

if TYPE_CHECKING:
    import onnxruntime

INPUTS = ("tokens", "positions", "valid")
"""What every model is given, besides the cache (`past_names`)."""
CONDITIONS = "conditions"
"""The input a model has besides, when its card gives conditions a length."""
OUTPUTS = ("logits", "fresh")

Floats = npt.NDArray[np.float32]


def past_names(layers: int) -> tuple[str, ...]:
    """The inputs for the cache: each layer's keys and values apart, so that nothing of it is copied."""
    return tuple(f"{kind}_{layer}" for layer in range(layers) for kind in ("keys", "values"))


def past_feed(past: Floats) -> dict[str, Floats]:
    """A cache (L, 2, B, H, P, D) by the inputs it goes to: views of it."""
    return {name: past[at // 2, at % 2] for at, name in enumerate(past_names(past.shape[0]))}


class RuntimeFault(ModelError):
    """onnxruntime is not there, or cannot run as it was asked to: no model is at fault."""


class Decoder:
    """One decoder transformer, ready to run; build it with `Decoder.load`.

    `run` may be called from several threads; onnxruntime allows it and nothing here is kept between
    calls.
    """

    def __init__(self, card: Card, session: onnxruntime.InferenceSession, used: str) -> None:
        self.card = card
        self.provider = used
        self._session: Any = session

    @classmethod
    def load(cls, folder: Path) -> Decoder:
        """Load `folder/model.onnx` after checking it against its card.

        Raises:
            ModelError: onnxruntime is missing, the file is not the card's, or cannot be loaded.
        """
        card = checked_card(folder)
        session, used = open_session(folder / "model.onnx")
        names = tuple(item.name for item in session.get_inputs())
        outputs = tuple(item.name for item in session.get_outputs())
        wanted = (*INPUTS, *past_names(card.layers), *([CONDITIONS] if card.conditions else []))
        if set(names) != set(wanted) or set(outputs) != set(OUTPUTS):
            raise ModelError(
                f"the graph takes {', '.join(names)} and gives {', '.join(outputs)}, which is not a decoder",
                where=str(folder / "model.onnx"),
                remedy="Use the models released with this version of Cuebridge",
            )
        return cls(card, session, used)

    def unguided(self) -> Decoder:
        """The same model without guidance, for rows that are told nothing: same bits, half the passes."""
        return Decoder(replace(self.card, guidance=0.0), self._session, self.provider)

    def empty_past(self, rows: int, length: int = 0) -> Floats:
        """A zero cache of shape (layers, 2, rows, heads, length, head_width).

        With guidance there are twice as many layers: the model's own, and those of the pass told nothing.
        """
        card = self.card
        layers = 2 * card.layers if card.guidance else card.layers
        return np.zeros((layers, 2, rows, card.heads, length, card.head_width), np.float32)

    def run(
        self,
        tokens: npt.NDArray[np.int64],
        past: Floats,
        positions: npt.NDArray[np.int64],
        valid: Floats,
        conditions: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """One pass: tokens (B, T) after past (L, 2, B, H, P, D) to logits (B, T, V) and what goes into the
        past next: the new tokens' keys and values (L, 2, B, H, T, D).

        `positions` (B, T) counts each row's own tokens; `valid` (B, P + T) is 0 for padding; `conditions`
        (B, T, C) are the controls of each token's bar, for a model whose card gives them a length.

        With guidance g the logits are free + g (told - free), of one pass with the conditions and one with
        none (Ho & Salimans 2022, "Classifier-Free Diffusion Guidance"; of language models Sanchez et al.
        2023, "Stay on topic with Classifier-Free Guidance"): what the controls change is carried further
        than the model itself would.
        """
        guidance = self.card.guidance
        if not guidance or conditions is None:
            return self._pass(tokens, past, positions, valid, conditions)
        own = self.card.layers
        told, fresh = self._pass(tokens, past[:own], positions, valid, conditions)
        free, beside = self._pass(tokens, past[own:], positions, valid, np.zeros_like(conditions))
        return free + np.float32(guidance) * (told - free), np.concatenate((fresh, beside))

    def _pass(
        self,
        tokens: npt.NDArray[np.int64],
        past: Floats,
        positions: npt.NDArray[np.int64],
        valid: Floats,
        conditions: Floats | None,
    ) -> tuple[Floats, Floats]:
        # On CUDA the whole past goes to the device in every pass. Kept there, it would need a second graph
        # to put fresh keys and values at each row's own place: onnxruntime's Python writes it whole or not.
        feed = {"tokens": tokens, "positions": positions, "valid": valid, **past_feed(past)}
        if conditions is not None:
            feed[CONDITIONS] = conditions
        logits, fresh = self._session.run(list(OUTPUTS), feed)
        return logits, fresh


def open_session(model: Path) -> tuple[onnxruntime.InferenceSession, str]:
    """A session for one model file and the provider it runs on (`cpu` or `cuda`).

    Raises:
        ModelError: onnxruntime is missing, CUDA was asked for and is not there, or the file is broken.
    """
    ort = _onnxruntime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = inference_threads()
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    # Shapes grow by a token each pass: patterns of memory would be remembered for every length.
    options.enable_mem_pattern = False
    used, providers = _providers(ort)
    try:
        session = ort.InferenceSession(str(model), options, providers=providers)
    except Exception as error:  # onnxruntime's own errors share no base but Exception
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"onnxruntime {ort.__version__} cannot load the model ({line})",
            where=str(model),
            remedy="Update onnxruntime, or install Cuebridge again",
        ) from None
    if used == "cuda" and session.get_providers()[0] != "CUDAExecutionProvider":
        raise RuntimeFault(
            "CUDA was asked for but onnxruntime could not start it",
            where=str(model),
            remedy="Install CUDA for onnxruntime-gpu, or set CUEBRIDGE_PROVIDER=cpu",
        )
    return session, used


def runtime_version() -> str:
    """Version of onnxruntime, for fingerprints and `describe`.

    Raises:
        ModelError: onnxruntime is missing.
    """
    return str(_onnxruntime().__version__)


def runtime_packages() -> tuple[str, ...]:
    """Which of `onnxruntime` and `onnxruntime-gpu` are installed; both is a clash, since each overwrites
    the other's files.
    """
    found = []
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(name)
    return tuple(found)


def _providers(ort: Any) -> tuple[str, list[str]]:
    asked = provider()
    available = ort.get_available_providers()
    if asked == "cuda" and "CUDAExecutionProvider" not in available:
        raise RuntimeFault(
            "CUDA was asked for, but this onnxruntime has no CUDA provider",
            remedy='Run pip uninstall onnxruntime and pip install "cuebridge[gpu]", '
            "or set CUEBRIDGE_PROVIDER=cpu",
        )
    if asked != "cpu" and "CUDAExecutionProvider" in available:
        return "cuda", ["CUDAExecutionProvider", "CPUExecutionProvider"]
    return "cpu", ["CPUExecutionProvider"]


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise RuntimeFault(
            "onnxruntime, which runs the models, is not installed",
            remedy='Run pip install "cuebridge[cpu]" (or "cuebridge[gpu]", never both)',
        ) from None
    return onnxruntime
