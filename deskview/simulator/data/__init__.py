"""Tables the simulated market is made from."""
