"""The other side: the same rules in plain pandas, as a careful analyst writes them.

Wide tables made once, no loop but over the splits, returns computed for the names that need them only.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from tests.analytics.markets import NOW, TODAY
from tests.benchmarks.momentum.data import Tables

Frame = Any


def save(tables: Tables, folder: Path) -> None:
    """The tables as pickled pandas frames, with the columns this side needs."""
    columns = {name: tables.bars[name].to_numpy() for name in ("close", "volume", "vwap")}
    session = tables.bars["session"].to_numpy().astype("datetime64[s]")
    ticker = pd.array(tables.bars["ticker"].to_list(), dtype="str")
    frames = {
        "bars": pd.DataFrame({"ticker": ticker, "session": session, **columns}),
        "splits": pd.DataFrame(tables.splits.to_dict(as_series=False)),
        "names": pd.DataFrame(tables.names.to_dict(as_series=False)).set_index("ticker"),
        "live": pd.DataFrame(tables.live.select("ticker", "ret", "price_time").to_dict(as_series=False)),
    }
    for name, frame in frames.items():
        frame.to_pickle(folder / f"{name}.pickle")


class Side:
    """Three stages: the history made ready, the session prepared, a snapshot read."""

    def __init__(self, folder: Path) -> None:
        self.bars, self.splits, self.names, self.live = (
            pd.read_pickle(folder / f"{name}.pickle")  # noqa: S301
            for name in ("bars", "splits", "names", "live")
        )

    def history(self) -> tuple[Frame, Frame]:
        """Adjusted closes and dollar volumes, sessions by names."""
        bars = self.bars.assign(dollars=self.bars["vwap"] * self.bars["volume"])
        wide = bars.pivot(index="session", columns="ticker", values=["close", "dollars"])
        close, dollars = wide["close"].copy(), wide["dollars"].fillna(0.0)
        for split in self.splits.itertuples():
            before = close.index < pd.Timestamp(split.execution_date)
            close.loc[before, split.ticker] *= split.split_from / split.split_to
        return close.ffill(limit=5), dollars

    def prepare(self, history: tuple[Frame, Frame]) -> dict[str, Any]:
        """Both baskets with their volatility and crowding."""
        close, dollars = history
        t = _formation(close)
        signal = self._universe(close, dollars, t)
        size = round(len(signal) * 0.1)
        ranked = signal.sort_values(kind="stable")
        sectors = self.names["sector"].reindex(ranked.index).fillna("unknown")
        place = ranked.groupby(sectors).cumcount()
        count = ranked.groupby(sectors).transform("size")
        take = np.floor(count * 0.1 + 0.5)
        return {
            "universe": signal.index,
            "raw": _basket(close, ranked.index[-size:], ranked.index[:size], t),
            "neutral": _basket(close, ranked.index[place >= count - take], ranked.index[place < take], t),
        }

    def _universe(self, close: Frame, dollars: Frame, t: int) -> Frame:
        signal = close.iloc[t - 21] / close.iloc[t - 252] - 1
        last = close.iloc[t - 1]
        share = self.names["type"].reindex(close.columns).isin(["CS", "ADRC"])
        liquid = dollars.iloc[t - 60 : t].median() >= 20e6
        signal = signal[share & (last >= 5) & signal.notna() & liquid]
        caps = self.names["market_cap_usd"].reindex(signal.index) * last[signal.index] / close.iloc[-1][signal.index]
        return signal[caps.nlargest(1000).index].sort_index()

    def read(self, model: dict[str, Any]) -> dict[str, float]:
        """The figures of one snapshot."""
        live = self.live.set_index("ticker")
        returns = live["ret"].reindex(model["universe"])
        fresh = live["price_time"].reindex(model["universe"]) >= pd.Timestamp(NOW) - pd.Timedelta(minutes=5)
        raw, neutral = (_live(model[name], returns, fresh, self.names) for name in ("raw", "neutral"))
        market = returns.mean()
        basket = model["raw"]
        return {
            "return": raw["spread"],
            "sigma": raw["spread"] / basket["sd"],
            "sigma_ewma": raw["spread"] / basket["ewma"],
            "hedge_ratio": basket["k"],
            "beta_neutral": raw["long"] - basket["k"] * raw["short"],
            "beta_neutral_sigma": (raw["long"] - basket["k"] * raw["short"]) / basket["hedged_sd"],
            "long_share": (raw["long"] - market) / (raw["long"] - raw["short"]),
            "comomentum_long": basket["comomentum_long"],
            "comomentum_short": basket["comomentum_short"],
            "neutral_return": neutral["spread"],
            "neutral_sigma": neutral["spread"] / model["neutral"]["sd"],
            "contributions": sum(row["contribution"] for row in raw["rows"]),
        }


def _formation(close: Frame) -> int:
    """Position of the first session of the live month."""
    month = pd.Timestamp(TODAY).to_period("M")
    return int((close.index.to_period("M") < month).sum())


def _basket(close: Frame, long: Frame, short: Frame, t: int) -> dict[str, Any]:
    returns = close[[*long, *short, "SPY"]].pct_change(fill_method=None).iloc[1:]
    window = returns.iloc[max(0, t - 253) : t - 1]
    legs = {side: window[names].mean(axis=1) for side, names in (("long", long), ("short", short))}
    k = legs["long"].cov(window["SPY"]) / legs["short"].cov(window["SPY"])
    year = {side: returns[names].mean(axis=1).tail(252) for side, names in (("long", long), ("short", short))}
    spread = year["long"] - year["short"]
    weeks = (
        close[[*long, *short, "SPY"]].iloc[:t].iloc[::-1].iloc[::5].iloc[:53].iloc[::-1].pct_change(fill_method=None)
    ).iloc[1:]
    return {
        "long": long,
        "short": short,
        "k": k,
        "sd": spread.std(),
        "hedged_sd": (year["long"] - k * year["short"]).std(),
        "ewma": float(np.sqrt((spread**2).ewm(alpha=0.06, adjust=False).mean().iloc[-1])),
        "comomentum_long": _comomentum(weeks[long], weeks["SPY"]),
        "comomentum_short": _comomentum(weeks[short], weeks["SPY"]),
    }


def _comomentum(weeks: Frame, market: Frame) -> float:
    """Mean off-diagonal correlation of the residuals on the market."""
    own, common = weeks - weeks.mean(), market - market.mean()
    slope = own.mul(common, axis=0).sum() / (common**2).sum()
    matrix = (own - np.outer(common, slope)).corr().to_numpy()
    count = len(matrix)
    return float((matrix.sum() - count) / (count * (count - 1)))


def _live(basket: dict[str, Any], returns: Frame, fresh: Frame, names: Frame) -> dict[str, Any]:
    """Legs, spread and one row per name."""
    rows = []
    for leg, sign in (("long", 1.0), ("short", -1.0)):
        table = names[["name", "sector"]].reindex(basket[leg])
        table["weight"] = 1 / len(table)
        table["return"], table["covered"] = returns[basket[leg]], fresh[basket[leg]]
        table["contribution"] = sign * table["weight"] * table["return"]
        rows += table.sort_values("contribution").reset_index().to_dict("records")
    long, short = returns[basket["long"]].mean(), returns[basket["short"]].mean()
    return {"long": long, "short": short, "spread": long - short, "rows": rows}
