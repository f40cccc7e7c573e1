"""The demo: phones, a board and a clock on one page."""
