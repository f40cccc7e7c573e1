"""The assembled program: settings, wiring, command line, web door, demo."""
