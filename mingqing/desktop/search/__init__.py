"""The search box of the top bar: keeping what is searched, the list that drops down, the dots on the map."""
