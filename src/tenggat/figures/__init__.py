"""Figures as of a moment: the report, the press table, exports."""
