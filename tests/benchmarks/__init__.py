"""Measurements; they assert nothing about time and pytest does not collect them. From the project's folder:

python -m tests.benchmarks.first_paint [RUNS]    first painted frame of the demo, beside Textual's own demo
python -m tests.benchmarks.board [RUNS]          12,000-row snapshot, bytes to Board, beside json.loads
python -m tests.benchmarks.footprint [MINUTES]   RSS, CPU and bytes/s of the open desk
python -m tests.benchmarks.flow                  prints to flow readings
python -m tests.benchmarks.leverage              funds to readings
python -m tests.benchmarks.momentum              history to momentum readings
"""
