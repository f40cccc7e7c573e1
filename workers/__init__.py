"""What runs later or again: the actors and the tick."""
