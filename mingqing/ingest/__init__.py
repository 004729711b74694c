"""Files from elsewhere become rows: readers, encodings, matching, repair, linking, and a report of what happened."""
