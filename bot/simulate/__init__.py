"""A town of generated people on a virtual clock: `slotkeeper simulate`."""
