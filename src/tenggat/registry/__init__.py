"""Who people are: persons, their numbers as fingerprints and ciphertext, contacts, the blacklist."""
