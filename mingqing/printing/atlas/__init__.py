"""Many wall maps in one run, in parallel, resumable, bound together."""
