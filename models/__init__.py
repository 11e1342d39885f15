"""The ground: domain types, database tables, wire format and the manifest of detector weights."""
