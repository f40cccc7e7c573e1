"""Slack: direct messages with buttons, mentions, a slash command, and a home."""
