"""Whole rupiah: committed, spent, paid, returned. Entries are only added; a balance is a sum."""
