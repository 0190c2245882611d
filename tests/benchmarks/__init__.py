"""Measurements; they assert nothing about time and pytest does not collect them. From the project's folder:

python -m tests.benchmarks.budget [--quick]      what the desk costs, in one table: run it after every change
python -m tests.benchmarks.board [RUNS]          12,000-row snapshot, bytes to Board, beside json.loads
python -m tests.benchmarks.key_to_paint [KEYS]   keys while a year of flow is fetched
python -m tests.benchmarks.soak [MINUTES]        a day of the open desk in less than an hour
python -m tests.benchmarks.drilldowns [TIMES]    memory over drill-downs and returns
python -m tests.benchmarks.flow                  prints to flow readings
python -m tests.benchmarks.leverage              funds to readings
python -m tests.benchmarks.momentum              history to momentum readings
"""
