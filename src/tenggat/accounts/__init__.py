"""Sign-in by a code, sessions, recovery, and changes of phone or e-mail (docs/security.md)."""
