"""The safest soonest way: pieces of road labelled with the hazards they lie in, and searches over them."""
