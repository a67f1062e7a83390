"""A released graph as a torch decoder again: no checkpoint is needed to judge or to time it."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from bridge.inference.card import Card, checked_card
from models.decoder import Decoder, Shape


def of_release(folder: Path) -> tuple[Decoder, Card]:
    """The decoder in `folder/model.onnx`, ready to run, and its card.

    Raises:
        ModelError: the file is not its card's.
        ValueError: the graph holds other weights than a decoder of the card's shape.
    """
    card = checked_card(folder)
    graph = onnx.load(str(folder / "model.onnx")).graph
    named = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    tilted = len(named.get("tilt.0.bias", ()))
    sizes = (card.layers, card.width, card.heads, card.context)
    shape = Shape(card.vocabulary_size, *sizes, card.conditions, tilted=tilted)
    model = Decoder(shape)
    # The exporter keeps one of equal vectors, and numbers transposed matrices in the order of their use.
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in named:
            named[node.output[0]] = named[node.input[0]]
    factors = _used(graph, "MatMul", named)
    scales = _used(graph, "LayerNormalization", named)
    places = ["bend.0.weight", "bend.2.weight"] if card.conditions else []
    places += ["tilt.0.weight", "tilt.2.weight"] if tilted else []
    norms = []
    for layer in range(card.layers):
        places += [f"blocks.{layer}.{name}.weight" for name in ("mixed", "joined", "gate", "out")]
        norms += [f"blocks.{layer}.{name}_norm.weight" for name in ("attention", "feed")]
    norms.append("norm.weight")
    if len(factors) != len(places) + 1 or len(scales) != len(norms):
        raise ValueError(f"{folder.name} has {len(factors)} matrices and {len(scales)} norms")
    weights = {name: value for name, value in named.items() if name in model.state_dict()}
    weights.update(zip(norms, scales))
    weights.update((place, factor.t()) for place, factor in zip(places, factors))
    model.load_state_dict(weights)
    return model.eval(), card


def _used(graph: onnx.GraphProto, kind: str, named: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    """The kept arrays that nodes of a kind are given, in order."""
    return [
        named[name] for node in graph.node if node.op_type == kind for name in node.input[:2] if name in named
    ]
