"""Invented villages for trying the program out: terrain, water, roads, houses, fields, hazards, people.

Run ``python -m data_samples.generator``. One *block* is a stretch of mountain valley with three to five
villages (`block.build_block`);
the three sample villages are one block, the county is a hundred of them side by side.
Everything follows from the seed: the same seed gives the same bytes.
"""
