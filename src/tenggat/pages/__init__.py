"""What the pages of the doors share: base templates, one style sheet, and words for moments, amounts and counts."""
