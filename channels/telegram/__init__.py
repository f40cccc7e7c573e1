"""Telegram: private chats with the bots of the businesses, through python-telegram-bot."""
