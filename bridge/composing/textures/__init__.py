"""Textures that rules write over data tables, one file a family; `write_textures` runs them all."""

from bridge.composing.textures.write import write_textures

__all__ = ["write_textures"]
