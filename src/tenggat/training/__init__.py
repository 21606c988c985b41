"""Catalogue and purchases."""
