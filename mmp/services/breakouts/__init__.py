"""Break-out groups of agenda items: planned, applied, lived, remembered."""
