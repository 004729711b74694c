"""Roads as a graph: where they join, where they ought to, and where houses and shelters come to them."""
