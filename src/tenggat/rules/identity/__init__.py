"""How people and households are numbered, country by country."""

from tenggat.rules.identity.schemes import Identity, IdentityError, IdentityScheme, UnknownScheme, scheme

__all__ = ["Identity", "IdentityError", "IdentityScheme", "UnknownScheme", "scheme"]
