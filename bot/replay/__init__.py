"""Replay a script of what people do against the real product, on a clock that it moves."""
