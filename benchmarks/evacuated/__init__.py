"""What `benchmarks.evacuation` compares with: pgRouting, in a cluster of its own."""
