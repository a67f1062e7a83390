"""Where a language model is asked, if the user has configured one."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bridge.errors import SettingsError

USUAL_S = 60.0


@dataclass(frozen=True)
class LanguageModel:
    """A model behind OpenAI's chat completions.

    Attributes:
        url: the address that `/chat/completions` is put after, such as http://localhost:11434/v1.
        model: its name there.
        key: sent as a bearer token; empty: none. Never over plain http to another machine.
        timeout_s: seconds that a whole exchange may last.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout_s: float = USUAL_S

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.username:
            raise SettingsError(
                f"{parts.scheme or 'the text'} is no address of a language model",
                where="CUEBRIDGE_LLM_URL",
                remedy="Write such as http://localhost:11434/v1 or https://api.example.com/v1",
            )
        if not self.model or not self.model.isprintable():
            raise SettingsError(
                "an address of a language model is set, and no model", where="CUEBRIDGE_LLM_MODEL",
                remedy="Name the model as its server does",
            )  # fmt: skip
        if self.key and not (self.key.isascii() and self.key.isprintable()):
            raise SettingsError(
                "it is no key: it has characters that no header can hold", where="CUEBRIDGE_LLM_KEY"
            )
        if self.key and parts.scheme == "http" and not _is_here(host):
            raise SettingsError(
                f"a key would go to {host} unencrypted",
                where="CUEBRIDGE_LLM_URL",
                remedy="Use https, or leave CUEBRIDGE_LLM_KEY out",
            )
        if not (math.isfinite(self.timeout_s) and 1 <= self.timeout_s <= 600):
            raise SettingsError(
                f"{self.timeout_s:g} s are out of range",
                where="CUEBRIDGE_LLM_TIMEOUT_S",
                remedy="Use 1 to 600",
            )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
