"""Text messages and WhatsApp, both through Twilio: one account, one door."""
