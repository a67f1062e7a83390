"""The wire: generated stubs (`v1`), protobuf ↔ the product's own types, and how a daemon is found."""
