"""How people get along when all set out: queues where a road is too narrow, when all are there, and what helps."""
