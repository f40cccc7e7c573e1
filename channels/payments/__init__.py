"""Stripe: pages to pay at, refunds, and what Stripe tells of both."""
