"""The formulas of `reference` as ONNX graphs, any number of frames of any size at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.looking.reference import (
    BLACK_LEVEL,
    CHROMA_BINS,
    CHROMA_LIMIT,
    CHROMA_SIDE,
    CHROMA_TOP,
    COLOUR,
    LUMA,
)

# The oldest that has ReduceMax over named axes as an attribute, as all of onnxruntime 1.20 on have.
OPSET: Final = 17
_IR: Final = 8
_SHAPE: Final = ("n", "height", "width", 3)


class Writer:
    """Nodes of a graph in the order they are asked for; every call returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *given: str, into: str = "", **attributes: Any) -> str:
        """One node with one result."""
        name = into or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(given), [name], **attributes))
        return name

    def constant(self, values: object, kind: type = np.float32) -> str:
        """A constant tensor."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def model(
        self, name: str, inputs: Sequence[str], outputs: dict[str, tuple[object, ...]]
    ) -> onnx.ModelProto:
        """All of it, with uint8 frames in and floats out, checked."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(given, TensorProto.UINT8, _SHAPE) for given in inputs],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, shape) for out, shape in outputs.items()],
            self.constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="cuebridge",
            ir_version=_IR,
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def colour() -> onnx.ModelProto:
    """`frames` (n, height, width, 3) uint8 RGB to the arrays of `reference.colour`."""
    w = Writer()
    # Pixels last: every later step then runs along memory.
    flat = w.add("Reshape", "frames", w.constant([0, -1, 3], np.int64))
    planes = w.add("Transpose", flat, perm=[0, 2, 1])  # (n, 3, pixels)
    rgb = w.add("Div", w.add("Cast", planes, to=TensorProto.FLOAT), w.constant(255))
    luma = w.add("MatMul", w.constant([LUMA]), rgb)  # (n, 1, pixels)
    mean = w.add("ReduceMean", luma, axes=[2], keepdims=1)
    w.add("Reshape", mean, w.constant([-1], np.int64), into="brightness")
    apart = w.add("Sub", luma, mean)
    spread = w.add("Sqrt", w.add("ReduceMean", w.add("Mul", apart, apart), axes=[1, 2], keepdims=0))
    w.add("Min", w.add("Mul", spread, w.constant(2)), w.constant(1), into="contrast")
    _saturation(w, rgb)
    _warmth(w, rgb)
    _chroma(w, rgb)
    shapes: dict[str, tuple[object, ...]] = dict.fromkeys(COLOUR, ("n",))
    return w.model("colour", ["frames"], {**shapes, "chroma": ("n", CHROMA_BINS)})


def motion() -> onnx.ModelProto:
    """`first` and `second` (n, height, width, 3) uint8 RGB to `motion` (n,)."""
    w = Writer()
    first, second = (w.add("Cast", name, to=TensorProto.FLOAT) for name in ("first", "second"))
    change = w.add("Abs", w.add("Sub", second, first))
    mean = w.add("ReduceMean", change, axes=[1, 2, 3], keepdims=0)
    w.add("Div", mean, w.constant(255), into="motion")
    return w.model("motion", ["first", "second"], {"motion": ("n",)})


def _saturation(w: Writer, rgb: str) -> None:
    high = w.add("ReduceMax", rgb, axes=[1], keepdims=0)
    low = w.add("ReduceMin", rgb, axes=[1], keepdims=0)
    share = w.add("Div", w.add("Sub", high, low), w.add("Max", high, w.constant(1e-6)))
    lit = w.add("Where", w.add("Greater", high, w.constant(BLACK_LEVEL)), share, w.constant(0))
    w.add("ReduceMean", lit, axes=[1], keepdims=0, into="saturation")


def _warmth(w: Writer, rgb: str) -> None:
    means = w.add("ReduceMean", rgb, axes=[2], keepdims=0)  # (n, 3)
    red, blue = (w.add("Gather", means, w.constant(side, np.int64), axis=1) for side in (0, 2))
    whole = w.add("Max", w.add("Add", red, blue), w.constant(2 * BLACK_LEVEL))
    w.add("Div", w.add("Sub", red, blue), whole, into="warmth")


def _chroma(w: Writer, rgb: str) -> None:
    """Every pixel's share in a bin is the product of two tents, so the histogram is a product of matrices."""
    log = w.add("Log", w.add("Add", rgb, w.constant(np.float32(1 / 255))))
    green = w.add("Gather", log, w.constant([1], np.int64), axis=1)  # (n, 1, pixels)
    bins = w.constant(np.arange(CHROMA_SIDE)[:, None])
    tents = []
    for side in (0, 2):
        ratio = w.add("Sub", w.add("Gather", log, w.constant([side], np.int64), axis=1), green)
        scaled = w.add("Mul", ratio, w.constant(CHROMA_SIDE / (2 * CHROMA_LIMIT)))
        place = w.add("Add", scaled, w.constant(CHROMA_SIDE / 2 - 0.5))
        place = w.add("Clip", place, w.constant(0), w.constant(CHROMA_TOP))
        far = w.add("Abs", w.add("Sub", place, bins))
        tents.append(w.add("Relu", w.add("Sub", w.constant(1), far)))  # (n, 8, pixels)
    square = w.add("Mul", rgb, rgb)
    weight = w.add("Sqrt", w.add("ReduceSum", square, w.constant([1], np.int64), keepdims=1))
    across = w.add("Transpose", tents[1], perm=[0, 2, 1])
    table = w.add("MatMul", w.add("Mul", tents[0], weight), across)
    flat = w.add("Reshape", table, w.constant([0, CHROMA_BINS], np.int64))
    total = w.add("ReduceSum", flat, w.constant([1], np.int64), keepdims=1)
    shares = w.add("Div", flat, w.add("Max", total, w.constant(1e-12)))
    lit = w.add("Greater", total, w.constant(1e-6))
    w.add("Where", lit, shares, w.constant(1 / CHROMA_BINS), into="chroma")
