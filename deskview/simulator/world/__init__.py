"""The simulated market itself: names, history, today's path, prints. Numbers only, no HTTP."""
