"""Every outside party: a folder each, receiving and sending. Knows nothing of the book."""
