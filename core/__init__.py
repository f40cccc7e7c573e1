"""The reservation module: what is booked, who waits, what is due. No channel, no vendor."""
