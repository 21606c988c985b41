"""The command line: parse, make one call, answer. Exit 0 done, 1 something refused, 2 not carried out."""
