"""Massive's refusals, in the shapes it uses, put into words a trader can act on."""

import msgspec

from deskview.providers.answers import Refusal
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.vendor import Vendor
from deskview.text import Secret, neutralise

WORDS_KEPT = 200
FAILED = ("ERROR", "NOT_AUTHORIZED")
UNREADABLE = (ValueError, ArithmeticError, RecursionError)
"""What bytes from outside make a decoder raise: msgspec's own errors, those of text that is none, of numbers without
end and of a nesting without end."""


class ErrorBody(msgspec.Struct):
    """The envelope of an error; the text is in `error` or in `message`."""

    status: object = None
    error: object = None
    message: object = None

    @property
    def text(self) -> str:
        """The vendor's own words, empty when there are none."""
        return next((word for word in (self.error, self.message) if isinstance(word, str) and word), "")


_DECODER = msgspec.json.Decoder(ErrorBody)


class Translator:
    """Turns refusals into ProviderErrors; `key` is taken out of whatever text the server sent."""

    def __init__(self, vendor: Vendor, key: Secret | None) -> None:
        self._vendor = vendor
        self._secrets = (key,) if key else ()

    def __call__(self, refusal: Refusal) -> ProviderError | None:
        """The vendor's reading of a refusal; None where the status alone says it all."""
        body = _parse(refusal.body)
        if body is None:
            return _web_page(refusal) if refusal.status in (401, 403) else None
        words = neutralise(body.text, self._secrets, limit=WORDS_KEPT)
        kind, sentence = _read(refusal, str(body.status), words, self._vendor)
        if kind is None:
            return None
        return ProviderError(kind, sentence, capability=refusal.capability, status=refusal.status, path=refusal.path)

    def failed_success(self, body: ErrorBody, path: str, capability: Capability | None) -> ProviderError:
        """The error for HTTP 200 whose envelope says it failed."""
        words = neutralise(body.text, self._secrets, limit=WORDS_KEPT) or "no reason given"
        return ProviderError(
            Kind.SERVER,
            f"The provider reported a failure inside its answer ({words}). The table is not updated.",
            capability=capability,
            status=200,
            path=path,
        )


def _parse(body: bytes) -> ErrorBody | None:
    try:
        return _DECODER.decode(body)
    except UNREADABLE:
        return None


def _read(refusal: Refusal, status: str, words: str, vendor: Vendor) -> tuple[Kind | None, str]:
    lower = words.lower()
    if refusal.status in (401, 403):
        return _access(refusal, status, words, vendor)
    if refusal.status == 404:
        if status.replace("_", "").upper() == "NOTFOUND" or lower.endswith("not found."):
            return Kind.NOT_FOUND, "The provider does not know this name on this date."
        return (
            Kind.REFUSED,
            f"The provider no longer has this table (HTTP 404){_quoted(words)}. deskview needs an update.",
        )
    if 400 <= refusal.status < 500 and refusal.status not in (408, 425, 429, 499):
        return (
            Kind.REFUSED,
            f"The provider refused the request (HTTP {refusal.status}){_quoted(words)}. It is not repeated.",
        )
    return None, ""


def _access(refusal: Refusal, status: str, words: str, vendor: Vendor) -> tuple[Kind, str]:
    lower = words.lower()
    if "timeframe" in lower:
        return Kind.OUTSIDE_WINDOW, (
            "The key's plan does not reach this date: too long ago, or too recent for a plan that gets data at the "
            "end of the day. Other dates still work."
        )
    entitled = any(word in lower for word in ("entitled", "upgrade", "subscription"))
    if "api key" in lower or (refusal.status == 401 and not entitled and status != "NOT_AUTHORIZED"):
        return (
            Kind.KEY_REFUSED,
            f"The provider does not accept the key{_quoted(words)}; `deskview login` puts a new one in.",
        )
    if refusal.capability is None:
        return Kind.NOT_ENTITLED, f"The key's plan does not include this{_quoted(words)}."
    return Kind.NOT_ENTITLED, vendor.denial(refusal.capability).sentence


def _web_page(refusal: Refusal) -> ProviderError:
    """A 401 or 403 that is not the vendor's JSON: a proxy or firewall speaks, which says nothing of the plan."""
    return ProviderError(
        Kind.REFUSED,
        f"Something between here and the provider refused the request (HTTP {refusal.status}, not in the provider's "
        "form): a proxy or firewall, most likely. The plan and the key may be fine.",
        capability=refusal.capability,
        status=refusal.status,
        path=refusal.path,
    )


def _quoted(words: str) -> str:
    return f': "{words}"' if words else ""
