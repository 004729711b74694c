"""The rows of a table below the map: sorted, filtered, selected together with the map."""
