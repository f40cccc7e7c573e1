"""bot.demo"""
