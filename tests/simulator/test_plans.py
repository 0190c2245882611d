"""What a plan lacks, or is withheld, is refused or left out on the wire, and everything else is answered as ever."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any, Unpack

import httpx
import pytest
from massive import RESTClient  # type: ignore[import-untyped]
from massive.exceptions import BadResponse  # type: ignore[import-untyped]

from deskview.market.sessions import NEW_YORK
from deskview.providers.capabilities import USES, Capability
from deskview.providers.massive import ADVANCED, BASIC, DEVELOPER, STARTER
from deskview.providers.massive import PLANS as SOLD
from deskview.simulator import CAPABILITIES, PLANS, PlanError, create_app
from tests.simulator.conftest import GROUPED, KEY, SNAPSHOT, Options, served

HOST = {"Host": "sim.test"}
"""The same in every market's `next_url`."""
YESTERDAY, TODAY = "2026-02-03", "2026-02-04"
TICKERS, OVERVIEW = "/v3/reference/tickers?limit=900", "/v3/reference/tickers/NVDA"
BARS = "/v2/aggs/ticker/NVDA/range"
TRADES = f"/v3/trades/NVDA?timestamp={TODAY}&order=asc&limit=400", "/v3/trades/SPY?limit=400"
REFUSED: dict[str, tuple[str, ...]] = {
    "clock": ("/v1/marketstatus/now",),
    "holidays": ("/v1/marketstatus/upcoming",),
    "names": (TICKERS,),
    "delisted names": ("/v3/reference/tickers?active=false&limit=20",),
    "trade conditions": ("/v3/reference/conditions?limit=500",),
    "daily bars": (
        f"{GROUPED}/{YESTERDAY}", f"{GROUPED}/{TODAY}", f"{BARS}/1/day/2026-01-05/{TODAY}", "/v2/aggs/ticker/NVDA/prev",
    ),
    "intraday bars": (f"{BARS}/2/hour/{YESTERDAY}/{YESTERDAY}", f"{BARS}/1/minute/{TODAY}/{TODAY}"),
    "splits": ("/stocks/v1/splits?limit=50",),
    "dividends": ("/stocks/v1/dividends?limit=50",),
    "snapshot": (SNAPSHOT, f"{SNAPSHOT}/NVDA"),
    "trades": TRADES,
    "short volume": (f"/stocks/v1/short-volume?date={YESTERDAY}&limit=50",),
    "short interest": ("/stocks/v1/short-interest?ticker=NVDA",),
    "float": ("/stocks/vX/float?limit=5",),
    "earnings": ("/benzinga/v1/earnings?limit=5",),
    "filings": ("/stocks/filings/vX/index?limit=5",),
    "news": ("/v2/reference/news?limit=5",),
    "option chains": ("/v3/snapshot/options/NVDA?limit=20", "/v3/snapshot/options/I:SPX"),
    "treasury yields": ("/fed/v1/treasury-yields?limit=5",),
}  # fmt: skip
"""The requests each capability is, in whole."""
FIELDS: dict[str, tuple[str, ...]] = {
    "types": ("type",),
    "shares": ("share_class_shares_outstanding", "weighted_shares_outstanding"),
    "market caps": ("market_cap",),
    "industries": ("sic_code", "sic_description"),
    "TRF id": ("trf_id", "trf_timestamp"),
    "participant time": ("participant_timestamp",),
}
"""The fields of answers each of the others is; but for prints, of which whole ones are left out."""
ALWAYS = (OVERVIEW, "/v3/reference/tickers/TQQQ", "/v3/reference/exchanges", "/v3/reference/tickers/types")
PATHS = (*(path for paths in REFUSED.values() for path in paths), *ALWAYS)
RANKS = (BASIC, STARTER, DEVELOPER, ADVANCED)
Answers = dict[str, httpx.Response]


@contextmanager
def client(**options: Unpack[Options]) -> Iterator[httpx.Client]:
    """A client of a market on a socket of this machine."""
    with served(**options) as url, httpx.Client(base_url=url, headers=KEY | HOST, timeout=60) as asking:
        yield asking


def answers(paths: Sequence[str] = PATHS, **options: Unpack[Options]) -> Answers:
    """Every answer of a market."""
    with client(**options) as asking:
        return {path: asking.get(path) for path in paths}


@pytest.fixture(scope="module")
def whole() -> Answers:
    """The whole market's answers."""
    found = answers()
    assert {answer.status_code for answer in found.values()} == {200}
    return found


def unlike(found: Answers, whole: Answers) -> set[str]:
    """The paths whose answers are not the whole market's, byte by byte."""
    return {path for path, answer in found.items() if answer.content != whole[path].content}


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    """The rows of a listing, of prints or of one name."""
    results = answer.json()["results"]
    return results if isinstance(results, list) else [results]


def test_what_can_be_withheld_is_what_the_desk_asks_for_and_what_is_told_of_names() -> None:
    asked = {each for each in Capability if USES[each].loss != "nothing is missed yet"}
    of_names = {"short interest", "float", "earnings", "filings", "news"}
    assert set(CAPABILITIES) == {str(each) for each in asked} | of_names
    assert set(CAPABILITIES) == {*REFUSED, *FIELDS, "off-exchange prints"}


@pytest.mark.parametrize("capability", REFUSED)
def test_a_request_that_is_withheld_is_refused_and_no_other(whole: Answers, capability: str) -> None:
    found = answers(without=[capability])
    assert unlike(found, whole) == set(REFUSED[capability])
    for path in REFUSED[capability]:
        body = found[path].json()
        assert found[path].status_code == 403
        newer = path.startswith(("/stocks/", "/fed/", "/benzinga/"))
        assert set(body) == {"status", "request_id", "error" if newer else "message"}
        assert body["status"] == ("ERROR" if newer else "NOT_AUTHORIZED")
        assert body["error" if newer else "message"].startswith("You are not entitled to this data. Please upgrade")


@pytest.mark.parametrize(("capability", "active"), [("names", "true"), ("delisted names", "false")])
def test_a_later_page_is_refused_as_its_first_one(capability: str, active: str) -> None:
    first = f"/v3/reference/tickers?active={active}&limit=5"
    cursor = answers([first])[first].json()["next_url"].partition("?")[2]
    page = f"/v3/reference/tickers?{cursor}"
    assert answers([page], without=[capability])[page].status_code == 403
    other = {"names", "delisted names"} - {capability}
    assert answers([page], without=list(other))[page].status_code == 200


@pytest.mark.parametrize("capability", FIELDS)
def test_a_field_that_is_withheld_is_left_out_and_nothing_else(whole: Answers, capability: str) -> None:
    fields, found = FIELDS[capability], answers(without=[capability])
    of_prints = capability in {"TRF id", "participant time"}
    expected = set(TRADES) if of_prints else {OVERVIEW, "/v3/reference/tickers/TQQQ"}
    if capability == "types":
        expected |= {TICKERS, *REFUSED["delisted names"]}
    elif not of_prints and capability != "shares":
        expected = {OVERVIEW}
    changed = unlike(found, whole)
    assert changed == expected
    for path in changed:
        complete, less = whole[path].json(), found[path].json()
        assert any(field in row for row in rows(whole[path]) for field in fields)
        kept = [{key: value for key, value in row.items() if key not in fields} for row in rows(whole[path])]
        complete["results"] = kept if isinstance(complete["results"], list) else kept[0]
        assert less == complete
        assert [list(row) for row in rows(found[path])] == [list(row) for row in kept]


def test_prints_off_exchange_are_left_out_and_the_pages_stay_whole(whole: Answers) -> None:
    assert unlike(answers(without=["off-exchange-prints"]), whole) == set(TRADES)
    wide = [path.replace("limit=400", "limit=4000") for path in TRADES]
    every = answers(wide)
    with client(without=["off-exchange-prints"]) as asking:
        for path, wider in zip(TRADES, wide, strict=True):
            on_exchange = [row for row in rows(every[wider]) if row["exchange"] != 4]
            assert 800 < len(on_exchange) < 4000
            first = asking.get(path)
            second = asking.get(httpx.URL(first.json()["next_url"]).raw_path.decode())
            assert [len(rows(page)) for page in (first, second)] == [400, 400]
            assert rows(first) + rows(second) == on_exchange[:800]


def test_prints_may_be_all_there_are_and_all_withheld() -> None:
    with client(without=["off-exchange prints", "TRF id", "participant time"]) as asking:
        found = rows(asking.get(TRADES[0]))
        nothing = asking.get(f"/v3/trades/NVDA?timestamp={TODAY}T09:30:00.000001-05:00")
    assert {field for row in found for field in row} == {
        "conditions", "correction", "exchange", "tape", "decimal_size", "id", "price", "sequence_number",
        "sip_timestamp", "size",
    } - ({"correction"} if not any("correction" in row for row in found) else set())  # fmt: skip
    assert (nothing.status_code, nothing.json()["results"]) == (200, [])


def got(asking: httpx.Client) -> set[str]:
    """The capabilities a market answers."""
    found = {name for name, paths in REFUSED.items() if all(asking.get(path).status_code == 200 for path in paths[:1])}
    told = {field for path in (TICKERS, OVERVIEW) for row in rows(asking.get(path)) for field in row}
    prints = rows(answer) if (answer := asking.get(TRADES[0])).status_code == 200 else []
    told |= {field for row in prints for field in row}
    found |= {name for name, fields in FIELDS.items() if told >= set(fields)}
    return found | ({"off-exchange prints"} if any(row["exchange"] == 4 for row in prints) else set())


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_grants_what_the_desk_says_of_it(plan: str) -> None:
    title = f"Stocks {plan.title()}"
    stocks = RANKS[: RANKS.index(title) + 1]
    included = {*stocks, *(each.replace("Stocks", "Options") for each in stocks)}
    included |= {"Benzinga Earnings"} if title == ADVANCED else set()
    with client(plan=plan, faults=["rate-limit:0"]) as asking:
        assert got(asking) == {str(each) for each, least in SOLD.items() if least in included and each in CAPABILITIES}


def test_the_plans_are_all_that_the_vendor_sells_of_stocks() -> None:
    assert {f"Stocks {plan.title()}" for plan in PLANS} == set(RANKS)


def test_ends_of_day_are_told_the_day_after() -> None:
    ms = int(datetime(2026, 2, 4, 11, tzinfo=NEW_YORK).timestamp() * 1000)
    late = (
        f"{GROUPED}/{TODAY}", f"{BARS}/1/day/2026-01-05/{TODAY}", f"{BARS}/1/minute/{TODAY}/{TODAY}",
        f"{BARS}/1/minute/{YESTERDAY}/{ms}", f"{BARS}/1/day/2026-01-05/2026-03-01",
    )  # fmt: skip
    early = (
        f"{GROUPED}/{YESTERDAY}", f"{BARS}/1/day/2026-01-05/{YESTERDAY}",
        f"{BARS}/1/minute/{YESTERDAY}/{ms - 86_400_000}",
    )  # fmt: skip
    found = answers((*late, *early), plan="basic", faults=["rate-limit:0"])
    for path in late:
        assert found[path].status_code == 403
        assert found[path].json()["status"] == "NOT_AUTHORIZED"
        assert found[path].json()["message"].startswith("Your plan doesn't include this data timeframe.")
    assert unlike({path: found[path] for path in early}, answers(early)) == set()


@pytest.mark.parametrize(("plan", "day"), [("basic", YESTERDAY), ("starter", TODAY)])
def test_the_last_finished_session_after_the_close(plan: str, day: str) -> None:
    path = "/v2/aggs/ticker/NVDA/prev"
    (bar,) = rows(answers([path], plan=plan, at=time(17))[path])
    assert datetime.fromtimestamp(bar["t"] / 1000, NEW_YORK).date().isoformat() == day


def test_the_basic_plan_has_five_calls_a_minute() -> None:
    with client(plan="basic") as asking:
        codes = [asking.get("/v1/marketstatus/now").status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    with client(plan="starter") as asking:
        assert {asking.get("/v1/marketstatus/now").status_code for _ in range(20)} == {200}


@pytest.mark.parametrize(("plan", "told"), [("starter", set()), ("developer", {"lastTrade"})])
def test_delayed_plans_show_a_quarter_of_an_hour_ago(plan: str, told: set[str]) -> None:
    one = f"{SNAPSHOT}/NVDA"
    late = answers([SNAPSHOT, one, "/v1/marketstatus/now", f"{GROUPED}/{YESTERDAY}"], plan=plan)
    then = answers([SNAPSHOT, one], at=time(11, 45))
    assert "T12:00:00" in late["/v1/marketstatus/now"].json()["serverTime"]
    assert {late[path].json()["status"] for path in (SNAPSHOT, one, f"{GROUPED}/{YESTERDAY}")} == {"DELAYED"}
    withheld = {"lastTrade", "lastQuote"} - told
    expected = [
        {key: value for key, value in row.items() if key not in withheld} for row in then[SNAPSHOT].json()["tickers"]
    ]
    assert late[SNAPSHOT].json()["tickers"] == expected
    assert late[one].json()["ticker"] == next(row for row in expected if row["ticker"] == "NVDA")


@pytest.mark.parametrize("plan", ["starter", "developer"])
def test_before_the_day_is_reset_too_the_last_trade_is_the_plans(plan: str) -> None:
    row = answers([SNAPSHOT], plan=plan, at=time(3))[SNAPSHOT].json()["tickers"][0]
    assert ("lastTrade" in row, "lastQuote" in row) == (plan == "developer", False)


def test_a_delayed_plans_prints_end_a_quarter_of_an_hour_ago() -> None:
    path = "/v3/trades/NVDA?limit=10"
    late, then = answers([path], plan="developer")[path], answers([path], at=time(11, 45))[path]
    assert (late.json()["status"], rows(late)) == ("DELAYED", rows(then))


def test_the_vendors_own_client_hears_of_it() -> None:
    with served(plan="developer", without=["TRF-id", "dividends"]) as url:
        theirs = RESTClient("demo", base=url, retries=0)
        trade = next(theirs.list_trades("NVDA", limit=50))
        assert trade.trf_id is None
        assert trade.participant_timestamp
        row = theirs.get_snapshot_ticker("stocks", "NVDA")
        assert row.last_trade is not None
        assert row.last_quote is None
        for call in (theirs.list_stocks_dividends, theirs.list_short_volume):
            with pytest.raises(BadResponse, match="not entitled"):
                next(call(ticker="NVDA"))


def test_a_market_with_less_may_keep_apart(whole: Answers) -> None:
    path, header = "/v1/marketstatus/now", "x-simulated-market"
    mark = whole[path].headers[header]
    assert answers([path], plan="starter", without=["splits"])[path].headers[header] == mark
    assert answers([path], keeps_apart=True)[path].headers[header] == mark
    apart = [
        answers([path], keeps_apart=True, plan=plan, without=without)[path].headers[header]
        for plan, without in (("starter", []), ("advanced", ["splits"]), ("advanced", ["types"]))
    ]
    assert len({mark, *apart}) == 4
    assert {each.partition("digest=")[0] for each in apart} == {mark.partition("digest=")[0]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"plan": "develper"}, "no plan 'develper'; did you mean 'developer'?"),
        ({"plan": "gold"}, "there are basic, starter, developer, advanced"),
        ({"without": ["splits", "daly bars"]}, "no capability 'daly bars'; did you mean 'daily-bars'?"),
        ({"without": ["trf"]}, "no capability 'trf'"),
        ({"without": ["quarterly"]}, "off-exchange-prints, option-chains, participant-time"),
        ({"without": ["open interest"]}, "no capability 'open interest'"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(options: Options, words: str) -> None:
    with pytest.raises(PlanError, match=words.replace("?", r"\?")):
        create_app(**options)
