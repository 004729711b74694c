"""Pictures in the window: thumbnails in rows, one picture large, and the field of a form that takes them in."""
