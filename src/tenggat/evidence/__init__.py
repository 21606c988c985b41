"""One person's case: what happened, oldest first, with personal data masked."""
