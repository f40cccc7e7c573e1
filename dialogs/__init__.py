"""What people say and what the bot answers. No channel, no vendor."""
