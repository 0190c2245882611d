"""The sectors as a desk says them where there is little room: the eleven of GICS, shortened; any other as it is."""

SHORT = {
    "Communication Services": "Comm Svcs",
    "Consumer Discretionary": "Cons Discr",
    "Consumer Staples": "Cons Staples",
    "Information Technology": "Info Tech",
}
"""Those whose full names do not fit a list's column."""


def short_sector(name: str) -> str:
    """The sector in at most twelve letters where it is one of the eleven."""
    return SHORT.get(name, name)
