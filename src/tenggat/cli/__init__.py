"""The command line: parse, one call, answer."""
