"""The window under a role: one's own password, the lock, asking for what is masked, the page of a duty."""
