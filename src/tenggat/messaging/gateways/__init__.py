"""Where messages go. One module per kind of gateway."""
