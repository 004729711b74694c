"""Our side of `benchmarks.exchange`, which runs in a process of its own."""
