"""What the README shows as a program runs, and gives what it says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from deskview.analytics.momentum.daily import DAILY

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIBRARY = README.partition("## Use it as a library\n")[2].partition("\n## ")[0]


def test_the_examples_run_one_after_the_other_as_they_stand() -> None:
    examples = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", "\n".join(examples)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"session +┆ long +┆ short +┆ spread", done.stdout)
    days, sigma = re.search(r"^(\d+) days, σ (\d+\.\d\d)% a day$", done.stdout, re.MULTILINE).groups()  # type: ignore[union-attr]
    assert int(days) > 100
    assert float(sigma) > 0
    events, *figures = done.stdout.splitlines()[-1].split()
    assert int(events) >= 20
    median, low, high, _ = map(float, figures)
    assert low <= median <= high


def test_every_column_of_the_history_is_explained() -> None:
    table = LIBRARY.partition("| column | is |")[2]
    explained = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))))
    assert set(DAILY) <= explained


def test_every_promise_names_a_test_there_is() -> None:
    promises = README.partition("## Left open for days\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in promises.splitlines() if line[:2] == "| "]
    assert len(rows) > 15
    for _, _, measured, where in rows[1:]:
        assert measured
        file, _, name = where.strip("`").partition("::")
        if not name:  # a script that measures and says whether it holds
            assert (ROOT / file).is_file(), file
            continue
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}, (
            where
        )
