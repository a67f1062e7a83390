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
    `structured` adds what tokens have in common to their embedding (see `structure`).
    """

    vocabulary: int
    layers: int = 4
    width: int = 192
    heads: int = 4
    context: int = 512
    conditions: int = 0
    structured: bool = False

    @property
    def head_width(self) -> int:
        """Width of one head."""
        return self.width // self.heads


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of (B, H, T, D) by angles (B, 1, T, D / 2)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


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

    def heads_of(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys (both rotated) and values, (B, H, T, D) each."""
        B, T, W = x.shape
        mixed = self.mixed(self.attention_norm(x)).view(B, T, 3, self.heads, W // self.heads)
        q, k, v = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def rest(self, x: Tensor, attended: Tensor) -> Tensor:
        """From attended values (B, H, T, D) to the block's output (B, T, W)."""
        B, _, T, _ = attended.shape
        x = x + self.dropout(self.joined(attended.transpose(1, 2).reshape(B, T, -1)))
        up, gate = self.gate(self.feed_norm(x)).chunk(2, dim=-1)
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
            elif weight.dim() == 2 and "embedding" not in name:
                nn.init.normal_(weight, std=0.1 if name == "bend.0.weight" else 0.02)

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

    def hidden(self, tokens: Tensor, conditions: Tensor | None = None) -> Tensor:
        """Last hidden states (B, T, W) of whole sequences (B, T); padding may only follow."""
        positions = torch.arange(tokens.shape[1]).expand(tokens.shape[0], -1)
        cos, sin = self.angles(positions)
        x = self.dropout(self.entered(tokens, conditions))
        for block in self.blocks:
            q, k, v = block.heads_of(x, cos.to(x.dtype), sin.to(x.dtype))
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = block.rest(x, attended)
        return self.norm(x)

    def forward(
        self,
        tokens: Tensor,
        past: Tensor,
        positions: Tensor,
        valid: Tensor,
        conditions: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The pass that is exported.

        Args:
            tokens: (B, T) ids.
            past: (L, 2, B, H, P, D) rotated keys and values of earlier tokens; P may be 0.
            positions: (B, T) places of the new tokens in their own sequence, from 0.
            valid: (B, P + T), 1 where a token may be attended to and 0 for padding.
            conditions: (B, T, C), the controls of each token's bar, for a model that takes them.

        Returns:
            logits (B, T, V) and the cache with the new tokens appended (L, 2, B, H, P + T, D).
        """
        T = tokens.shape[1]
        P = past.shape[4]
        cos, sin = self.angles(positions)
        rows = torch.arange(T)[:, None] + P
        columns = torch.arange(P + T)[None, :]
        allowed = (columns <= rows)[None, None] & (valid[:, None, None, :] > 0.5)
        # A large finite number: a row that may attend to nothing (padding) must not become NaN.
        bias = torch.where(allowed, 0.0, -1e9)
        x = self.entered(tokens, conditions)
        present = []
        for index, block in enumerate(self.blocks):
            q, k, v = block.heads_of(x, cos, sin)
            k = torch.cat((past[index, 0], k), dim=2)
            v = torch.cat((past[index, 1], v), dim=2)
            present.append(torch.stack((k, v)))
            scores = torch.matmul(q, k.transpose(2, 3)) * self.shape.head_width**-0.5 + bias
            x = block.rest(x, torch.matmul(torch.softmax(scores, dim=-1), v))
        logits = torch.matmul(self.norm(x), self.table().t())
        return logits, torch.stack(present)

    def parameters_count(self) -> int:
        """How many weights there are."""
        return sum(weight.numel() for weight in self.parameters())
