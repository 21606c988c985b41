"""The audit of everything: what stands in the database, worked out anew from its raw rows."""
