"""The decoder transformer all three models share: pre-norm, rotary positions, tied embedding.

It has one forward pass. Training calls it on whole sequences; the exported graph calls it with the
keys and values of earlier tokens as explicit inputs and outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from models import structure


@dataclass(frozen=True)
class Shape:
    """Sizes of a decoder; `width` is divided evenly among `heads`.

    `conditions` is the length of the vector of controls beside each token (0: there is none);
    `structured` adds what tokens have in common to their embedding (see `structure`). `tilted`: the controls
    also scale and shift what every layer's norms give, through so many numbers (0: not; adaptive layer norm,
    as in Peebles & Xie 2023, "Scalable Diffusion Models with Transformers").
    """

    vocabulary: int
    layers: int = 4
    width: int = 192
    heads: int = 4
    context: int = 512
    conditions: int = 0
    structured: bool = False
    tilted: int = 0

    @property
    def head_width(self) -> int:
        """Width of one head."""
        return self.width // self.heads


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of (B, H, T, D) by angles (B, 1, T, D / 2)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def tilted(x: Tensor, tilt: Tensor | None, at: int) -> Tensor:
    """`x` (B, T, W) scaled by row `at` of a tilt (B, T, 4, W), and shifted by the next."""
    return x if tilt is None else x * (1 + tilt[:, :, at]) + tilt[:, :, at + 1]


class Block(nn.Module):
    """Attention and a gated feed-forward layer, each after a norm."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.LayerNorm(shape.width, bias=False)
        self.mixed = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.joined = nn.Linear(shape.width, shape.width, bias=False)
        self.feed_norm = nn.LayerNorm(shape.width, bias=False)
        hidden = 8 * shape.width // 3 // 16 * 16
        self.gate = nn.Linear(shape.width, 2 * hidden, bias=False)
        self.out = nn.Linear(hidden, shape.width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def heads_of(
        self, x: Tensor, cos: Tensor, sin: Tensor, tilt: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys (both rotated) and values, (B, H, T, D) each."""
        B, T, W = x.shape
        mixed = self.mixed(tilted(self.attention_norm(x), tilt, 0)).view(B, T, 3, self.heads, W // self.heads)
        q, k, v = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def rest(self, x: Tensor, attended: Tensor, tilt: Tensor | None) -> Tensor:
        """From attended values (B, H, T, D) to the block's output (B, T, W)."""
        B, _, T, _ = attended.shape
        x = x + self.dropout(self.joined(attended.transpose(1, 2).reshape(B, T, -1)))
        up, gate = self.gate(tilted(self.feed_norm(x), tilt, 2)).chunk(2, dim=-1)
        return x + self.dropout(self.out(up * F.silu(gate)))


class Decoder(nn.Module):
    """Next-token logits over the vocabulary."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.dropout_rate = dropout
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        if shape.structured:
            features = torch.from_numpy(structure.table()[: shape.vocabulary])
            self.register_buffer("features", features, persistent=False)
            self.shared = nn.Linear(features.shape[1], shape.width, bias=False)
        if shape.conditions:
            self.bend = nn.Sequential(
                nn.Linear(shape.conditions, shape.width),
                nn.SiLU(),
                nn.Linear(shape.width, shape.width, bias=False),
            )
        if shape.tilted:
            self.tilt = nn.Sequential(
                nn.Linear(shape.conditions, shape.tilted),
                nn.SiLU(),
                nn.Linear(shape.tilted, shape.layers * 4 * shape.width, bias=False),
            )
        self.blocks = nn.ModuleList(Block(shape, dropout) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width, bias=False)
        self.dropout = nn.Dropout(dropout)
        half = shape.head_width // 2
        frequencies = 10_000.0 ** (-torch.arange(half, dtype=torch.float32) / half)
        self.register_buffer("frequencies", frequencies, persistent=False)
        nn.init.normal_(self.embedding.weight, std=0.02)
        for name, weight in self.named_parameters():
            if name.endswith(("joined.weight", "out.weight")):
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5)
            elif name == "tilt.2.weight":
                nn.init.zeros_(weight)
            elif weight.dim() == 2 and "embedding" not in name:
                first = name in ("bend.0.weight", "tilt.0.weight")
                nn.init.normal_(weight, std=0.1 if first else 0.02)

    def angles(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine, (B, 1, T, D / 2), of integer positions (B, T)."""
        angle = positions[:, None, :, None].to(torch.float32) * self.frequencies
        return angle.cos(), angle.sin()

    def table(self) -> Tensor:
        """(V, W): the embedding of every token, which is the output matrix too."""
        if not self.shape.structured:
            return self.embedding.weight
        return self.embedding.weight + self.features @ self.shared.weight.t()

    def entered(self, tokens: Tensor, conditions: Tensor | None) -> Tensor:
        """What the first block is given: (B, T, W) for tokens (B, T) and conditions (B, T, C)."""
        x = F.embedding(tokens, self.table())
        return x + self.bend(conditions) if conditions is not None else x

    def tilts(self, conditions: Tensor | None) -> list[Tensor | None]:
        """For each block, scale and shift of its first norm and of its second: (B, T, 4, W)."""
        if conditions is None or not self.shape.tilted:
            return [None] * self.shape.layers
        shape = (*conditions.shape[:2], self.shape.layers, 4, self.shape.width)
        return list(self.tilt(conditions).view(shape).unbind(2))

    def hidden(self, tokens: Tensor, conditions: Tensor | None = None) -> Tensor:
        """Last hidden states (B, T, W) of whole sequences (B, T); padding may only follow."""
        positions = torch.arange(tokens.shape[1]).expand(tokens.shape[0], -1)
        cos, sin = self.angles(positions)
        x = self.dropout(self.entered(tokens, conditions))
        for block, tilt in zip(self.blocks, self.tilts(conditions), strict=True):
            q, k, v = block.heads_of(x, cos.to(x.dtype), sin.to(x.dtype), tilt)
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = block.rest(x, attended, tilt)
        return self.norm(x)

    def forward(
        self,
        tokens: Tensor,
        positions: Tensor,
        valid: Tensor,
        *rest: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """The pass that is exported. Nothing of the cache is copied: old and new keys are scored apart.

        Args:
            tokens: (B, T) ids.
            positions: (B, T) places of the new tokens in their own sequence, from 0.
            valid: (B, P + T), 1 where a token may be attended to and 0 for padding.
            rest: rotated keys and values of earlier tokens, (B, H, P, D) each, keys and then values of the
                first layer, then of the next; P may be 0. For a model that takes them, the conditions
                (B, T, C) of each token's bar come before.

        Returns:
            logits (B, T, V), and the new tokens' keys and values (L, 2, B, H, T, D).
        """
        conditions, past = (rest[0], rest[1:]) if self.shape.conditions else (None, rest)
        T = tokens.shape[1]
        P = past[0].shape[2]
        cos, sin = self.angles(positions)
        # A large finite number: a row that may attend to nothing (padding) must not become NaN.
        padding = torch.where(valid > 0.5, 0.0, -1e9)[:, None, None, :]
        later = torch.arange(T)[None, :] > torch.arange(T)[:, None]
        new_bias = torch.where(later, -1e9, 0.0)[None, None] + padding[..., P:]
        bias = torch.cat((padding[..., :P].expand(-1, 1, T, -1), new_bias), dim=-1)
        x = self.entered(tokens, conditions)
        fresh = []
        for index, (block, tilt) in enumerate(zip(self.blocks, self.tilts(conditions), strict=True)):
            q, k, v = block.heads_of(x, cos, sin, tilt)
            fresh.append(torch.stack((k, v)))
            q = q * self.shape.head_width**-0.5
            old = torch.matmul(q, past[2 * index].transpose(2, 3))
            new = torch.matmul(q, k.transpose(2, 3))
            shares = torch.softmax(torch.cat((old, new), dim=-1) + bias, dim=-1)
            attended = torch.matmul(shares[..., :P], past[2 * index + 1]) + torch.matmul(shares[..., P:], v)
            x = block.rest(x, attended, tilt)
        logits = torch.matmul(self.norm(x), self.table().t())
        return logits, torch.stack(fresh)

    def parameters_count(self) -> int:
        """How many weights there are."""
        return sum(weight.numel() for weight in self.parameters())
