"""Paper: pages that are painted, and where what does not fit goes on."""
