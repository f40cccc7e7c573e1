"""One module a capability: what the customer or the provider gets done."""
