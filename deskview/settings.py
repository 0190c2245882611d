"""settings.toml to a typed Settings; a wrong key is named with its line and the nearest valid name."""

import difflib
import re
from datetime import date, timedelta
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from deskview import paths
from deskview.analytics.assumptions import (
    HISTORY,
    MOMENTUM_SIGNAL,
    NAIVE,
    PATHS,
    YEAR,
    GammaConvention,
    MomentumSignal,
    Parameters,
    SupplyAssumptions,
)
from deskview.files import UnusableFileError, line_of, read_text, read_toml
from deskview.market.errors import shown

ClosureWord = Literal["closed", "early-close"]
Seconds = Annotated[float, msgspec.Meta(ge=1, le=3600)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Decay = Annotated[float, msgspec.Meta(ge=0.5, lt=1)]
Volatility = Annotated[float, msgspec.Meta(gt=0, le=2)]
Duration = Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d{0,3}[smh]$")]
"""Seconds, minutes or hours, such as 90s, 2m or 1h."""
Hours = Annotated[str, msgspec.Meta(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$")]
"""From when to when, such as 20:00-08:00."""
Lookback = Annotated[int, msgspec.Meta(ge=2, le=1300)]
_LEVERAGE, _SUPPLY = Parameters(), SupplyAssumptions()
"""The methods' own assumptions: their defaults are those of the settings."""
_LONG = re.compile(r"(?<=')([^']{60})[^']+(?=')")
"""A value that is quoted, and would fill the screen."""
CONDITIONS = ("above", "below", "crosses", "sigma", "percentile")
ExportFormat = Literal["csv", "parquet", "json"]
Notification = Literal["osc9", "osc777", "both", "off"]
OnOff = Literal["on", "off"]
GammaChains = Literal["near", "whole", "off"]


_CLEARED = ("above", "below", "sigma", "percentile")


def duration(text: str) -> timedelta:
    """90s, 2m or 1h as a length of time."""
    return timedelta(**{{"s": "seconds", "m": "minutes", "h": "hours"}[text[-1]]: int(text[:-1])})


class SettingsError(ValueError):
    """The settings file can't be used; the sentence names file, line and what would be valid."""


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often the desk asks the provider, in seconds."""

    snapshot_s: Seconds = 10
    """The whole market: momentum, breadth, rotation, leveraged ETFs."""
    prints_s: Seconds = 30
    """Prints of the sample's names: the flow gauge."""
    reference_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 3600
    """Listings, splits and details."""
    simulation_s: Annotated[float, msgspec.Meta(ge=10, le=86_400)] = 300
    """The Monte Carlo of the coming week; nothing is asked of the provider for it."""


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which names' prints are read, and how the year of history is sampled."""

    names: tuple[str, ...] = ()
    """Names that stand for themselves alone; empty: a sample drawn by design, whose sums stand for all stocks."""
    count: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    """How many stocks are drawn where `names` is empty; never more than there are windows for stocks."""
    history_sessions: Annotated[int, msgspec.Meta(ge=20, le=YEAR)] = YEAR
    """Sessions the percentile rests on."""
    calls_per_session: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 220
    """Windows read of each session, one call each: shared by what a name stands for, at least one a name, one in eleven
    a fund's. Under `calls_per_minute` fewer, unless another number stands here."""
    sample_prints: Annotated[int, msgspec.Meta(ge=50, le=50_000)] = 1000
    """Prints per window."""
    panel_calls: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 15
    """Calls for each of the last 21 sessions on other names of the momentum universe: who the retail favourites are."""


class Momentum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The momentum basket."""

    signal: MomentumSignal = MOMENTUM_SIGNAL
    """What ranks names: return (12-1) or risk_adjusted (12-1 over a year's volatility, as z held to 3 either way)."""


class Leverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assumptions of the leveraged-ETF method."""

    market: str = _LEVERAGE.market
    """The ticker that stands for the equity index."""
    closing_share: Share = _LEVERAGE.closing_share
    """The closing auction's share of a name's daily volume."""
    cash_share: Share = _LEVERAGE.cash_share
    """The part of a flow that is taken to trade in stocks at the close; futures and swaps take the rest."""
    impact_coefficient: Annotated[float, msgspec.Meta(gt=0, le=10)] = _LEVERAGE.impact_coefficient
    """Y in the impact estimate Y·σ·√(flow/ADV)."""
    threshold_usd: Annotated[float, msgspec.Meta(gt=0)] = _LEVERAGE.threshold_usd
    """Names whose flow reaches this many dollars stand out."""
    ewma_lambda: Decay = _LEVERAGE.ewma_lambda
    """Daily decay of the covariance the coming week rests on."""
    window_sessions: Annotated[int, msgspec.Meta(ge=20, le=1300)] = _LEVERAGE.window_sessions
    """Sessions the covariance looks back."""
    adv_sessions: Annotated[int, msgspec.Meta(ge=1, le=60)] = _LEVERAGE.adv_sessions
    """Sessions of the mean dollar volume."""
    paths: Annotated[int, msgspec.Meta(ge=1_000, le=1_000_000)] = PATHS
    """Paths of the coming week's Monte Carlo."""


class Supply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the systematic-supply model assumes is out there. Volatilities and targets are annual fractions."""

    stage_share: Share = _SUPPLY.stage_share
    """Share of what they have to trade that they trade in a session."""
    vol_aum_usd: Amount = _SUPPLY.vol_aum_usd
    """Assets that target a volatility."""
    vol_target: Volatility = _SUPPLY.vol_target
    """The volatility they target."""
    vol_cap: Annotated[float, msgspec.Meta(gt=0, le=10)] = _SUPPLY.vol_cap
    """The most equity they hold, as a multiple of their assets."""
    lambdas: Annotated[tuple[Decay, ...], msgspec.Meta(min_length=1, max_length=6)] = _SUPPLY.lambdas
    """Daily decays of the volatility estimate, shown side by side: half-lives of 11, 23 and 69 sessions."""
    lambda_headline: Decay = _SUPPLY.lambda_headline
    """The decay the ladder's total uses."""
    var_gross_usd: Amount = _SUPPLY.var_gross_usd
    """Equities held under value-at-risk limits when volatility is at its year's median."""
    var_confidence: Annotated[float, msgspec.Meta(ge=0.9, lt=1)] = _SUPPLY.var_confidence
    """Confidence of the limit; it scales limit and value at risk alike, so the cut does not hang on it."""
    var_utilisation: Annotated[float, msgspec.Meta(gt=0, le=1)] = _SUPPLY.var_utilisation
    """Share of the limit in use when volatility is at its year's median or below."""
    var_cap: Annotated[float, msgspec.Meta(ge=1, le=10)] = _SUPPLY.var_cap
    """What they grow to in calm times, as a multiple of var_gross_usd."""
    trend_aum_usd: Amount = _SUPPLY.trend_aum_usd
    """Assets of trend followers."""
    trend_sessions: Annotated[tuple[Lookback, ...], msgspec.Meta(min_length=1, max_length=8)] = _SUPPLY.trend_sessions
    """Their lookbacks."""
    trend_target: Volatility = _SUPPLY.trend_target
    """The volatility they target."""
    trend_cap: Annotated[float, msgspec.Meta(gt=0, le=10)] = _SUPPLY.trend_cap
    """Their largest position, as a multiple of their assets."""


class Gamma(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which option chains are asked for, and whose side dealers are taken to be on."""

    chains: GammaChains = "near"
    """near: the coming 60 days and strikes within 15 % of the price; whole: every contract; off: none."""
    convention: GammaConvention = NAIVE
    """naive: dealers long calls and short puts; customers long: short both; unsigned: all open interest, no sign."""


class Alert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule on one reading; exactly one of above, below, crosses, sigma and percentile says when it fires."""

    reading: str
    """Dotted path in the Board's JSON, such as momentum.sigma, flow.retail or leverage.by_name.NVDA.of_adv; of any
    stock names.NVDA.price and names.NVDA.return."""
    above: float | None = None
    """Fires when the reading comes to lie above this."""
    below: float | None = None
    """Fires when the reading comes to lie below this."""
    crosses: float | None = None
    """Fires when the reading passes this, either way."""
    sigma: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Fires when the reading's own σ comes to lie beyond this, either way: 3 means under -3 or over 3."""
    percentile: Annotated[float, msgspec.Meta(gt=0, lt=50)] | None = None
    """Fires when the reading's percentile comes to lie this close to either end: 5 means under 5 or over 95."""
    for_: Duration | None = msgspec.field(default=None, name="for")
    """How long the condition must hold without a break before it fires, in the market's time, such as 2m."""
    clear: float | None = None
    """The level the reading must come back past before the rule can fire again; by default that of the condition."""
    again: Duration | None = None
    """Fires again after so long where the condition still holds, such as 1h; by default only once it has not held."""

    def __post_init__(self) -> None:
        """Raises ValueError for a rule without a condition or with several."""
        if sum(getattr(self, word) is not None for word in CONDITIONS) != 1:
            raise ValueError(f"a rule needs exactly one of {', '.join(CONDITIONS)}")
        if not all(isfinite(level) for level in (self.level, self.clear or 0.0)):
            raise ValueError("a level is a number, neither inf nor nan")
        if self.clear is not None and not self._clears():
            raise ValueError(f"clear goes with {', '.join(_CLEARED)}, on the calm side of the level")

    def _clears(self) -> bool:
        """Whether the level at which it can fire again lies on the calm side of that at which it fires."""
        clear, level = self.clear or 0.0, self.level
        match self.condition:
            case "above":
                return clear <= level
            case "below":
                return clear >= level
            case "sigma":
                return 0 < clear <= level
            case "percentile":
                return level <= clear < 50
            case _:
                return False

    @property
    def key(self) -> str:
        """What the rule is known by: its reading and its condition."""
        return f"{self.reading} {self.condition}"

    @property
    def waits(self) -> timedelta:
        """How long the condition must hold before it fires."""
        return duration(self.for_) if self.for_ else timedelta(0)

    @property
    def repeats(self) -> timedelta | None:
        """After how long it fires again where the condition still holds; None: not."""
        return duration(self.again) if self.again else None

    @property
    def condition(self) -> str:
        """Which of the conditions is set."""
        return next(word for word in CONDITIONS if getattr(self, word) is not None)

    @property
    def level(self) -> float:
        """The level of the condition that is set, in the reading's own unit, of σ or of percent."""
        return float(getattr(self, self.condition))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a user may set."""

    provider: str = "massive"
    """The market-data provider."""
    base_url: str | None = None
    """Another address of the provider; plain http only to this machine."""
    calls_per_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """The plan's limit, such as 5 on a free plan; unset: as fast as the provider allows."""
    theme: str = "deskview-dark"
    """Colour theme: a shipped one or one of the user's own in the `themes` folder beside this file."""
    ascii: bool = False
    """Draw with plain ASCII only; a terminal whose encoding is not UTF-8 gets that anyway."""
    keys: dict[str, str | tuple[str, ...]] = {}
    """Own keys: an action's name to a key or a list of keys; help and README name the actions."""
    columns: dict[str, tuple[str, ...]] = {}
    """Columns of lists: a list's name to the keys of its columns, in their order; README names them. Columns chosen in
    the desk take their place."""
    export_format: ExportFormat = "csv"
    """What exported tables are written as: csv, parquet or json."""
    history_sessions: Annotated[int, msgspec.Meta(ge=60, le=1300)] = HISTORY
    """Sessions of daily bars kept: 252 for the signal, 252 for the σ of the rule's own history, a month to spare."""
    history: OnOff = "on"
    """Whether `backfill record` may ask the host of Kenneth French's data library: on or off; files you have are taken
    either way."""
    refresh: Refresh = Refresh()
    flow: Flow = Flow()
    momentum: Momentum = Momentum()
    leverage: Leverage = Leverage()
    supply: Supply = Supply()
    gamma: Gamma = Gamma()
    alert: tuple[Alert, ...] = ()
    """Rules on readings; one table a rule."""
    alert_bell: bool = True
    """Whether an alert rings the terminal's bell."""
    alert_notification: Notification | bool = "osc9"
    """How an alert is sent to the terminal as a notification: osc9 (iTerm2, Windows Terminal, WezTerm, kitty), osc777
    (foot, urxvt, Ghostty, WezTerm), both, or off."""
    alert_command: tuple[str, ...] = ()
    """A program and its arguments that each alert starts, without a shell; {title}, {sentence}, {time} and {reading} in
    an argument are filled in. At most ten seconds; what it prints goes to the log."""
    alert_file: Path | None = None
    """A file that each alert is appended to, one line each; a relative path starts at the settings file's folder."""
    alert_quiet: Hours | None = None
    """Hours without bell, notification and command, New York time, such as 20:00-08:00; alerts are kept and filed."""
    closures: dict[date, ClosureWord] = {}
    """Exchange closures no calendar rule can know."""
    funds_file: Path | None = None
    """Leveraged funds to add or override (TOML); a relative path starts at the settings file's folder."""
    groups_file: Path | None = None
    """Themes to add or override (TOML); a relative path starts at the settings file's folder."""
    spinoffs_file: Path | None = None
    """Spin-offs that returns are to count in (TOML: [[spinoff]] with ticker, ex_date and value_usd, the value handed
    out per share of the parent); a relative path starts at the settings file's folder."""
    names_file: Path | None = None
    """What the provider does not know of names (TOML: [[name]] with ticker and any of type, sector, shares,
    market_cap_usd, assets_usd, the last three with as_of); a relative path starts at the settings file's folder."""


_TABLES: dict[str, Any] = {
    "alert": Alert,
    "flow": Flow,
    "gamma": Gamma,
    "leverage": Leverage,
    "momentum": Momentum,
    "refresh": Refresh,
    "supply": Supply,
}


def load_settings(file: Path | None = None) -> Settings:
    """Settings of the file, else of the user's settings file, else the defaults.

    Raises SettingsError for a file that is named but absent, is not TOML, or holds a key or value that does not fit.
    """
    path = file or paths.settings_file()
    try:
        text, table = read_toml(path)
    except FileNotFoundError:
        if file is not None:
            raise SettingsError(f"{path}: no such settings file") from None
        return Settings()
    except UnusableFileError as fault:
        raise SettingsError(str(fault)) from None
    try:
        return msgspec.convert(table, Settings, dec_hook=partial(_path, path.parent))
    except msgspec.ValidationError as fault:
        raise SettingsError(str(path) + _explain(text, _LONG.sub(r"\1...", str(fault)))) from None


def _path(folder: Path, kind: type, value: object) -> Path:
    """A path of the settings: `~` is the home folder, a relative one starts where the settings file is."""
    if kind is not Path or not isinstance(value, str):
        raise TypeError(f"Expected `{kind.__name__.lower()}`, got `{type(value).__name__}`")
    try:
        return folder / Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"there is no user {shown(value.partition('/')[0])} whose home folder that could be") from None


def _choices_for(path: list[str]) -> tuple[str, ...]:
    """The words a setting takes."""
    choices = {
        "export_format": ExportFormat,
        "alert_notification": Notification,
        "signal": MomentumSignal,
        "history": OnOff,
        "chains": GammaChains,
        "convention": GammaConvention,
    }
    return get_args(choices.get(path[-1] if path else "", ClosureWord))


def _explain(text: str, fault: str) -> str:
    """The fault with its line and, for an unknown key, the nearest valid one."""
    unknown = re.search(r"unknown field `([^`]+)`", fault)
    entry = re.search(r"`\$\.\w+\[(\d+)\]", fault)
    place = re.search(r"`\$\.?([^`]*)`$", fault)
    path = re.sub(r"\[.*?\]", "", place.group(1)).split(".") if place and place.group(1) else []
    key = unknown.group(1) if unknown else ""
    line = line_of(text, tuple([*path, key] if unknown else path), int(entry[1]) if entry else 0)
    where = f", line {line}" if line else ""
    if not unknown:
        valid = f"; valid: {', '.join(_choices_for(path))}" if "enum" in fault else ""
        return f"{where}: {'.'.join(path) or 'settings'}: {fault.split(' - at', maxsplit=1)[0]}{valid}"
    owner: Any = Settings
    for name in path:
        owner = _TABLES.get(name, owner)
    near = difflib.get_close_matches(key, owner.__struct_fields__, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else f"; valid: {', '.join(owner.__struct_fields__)}"
    return f"{where}: unknown key {'.'.join([*path, key])!r}{hint}"


def where(file: Path | None, path: tuple[str, ...], entry: int = 0) -> str:
    """The file and the line that sets the key, such as "settings.toml, line 7"; as much of it as can be known."""
    if file is None:
        return "settings"
    try:
        line = line_of(read_text(file), path, entry)
    except (FileNotFoundError, UnusableFileError):
        line = None
    return f"{file}, line {line}" if line else str(file)
