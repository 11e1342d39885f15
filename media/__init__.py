"""Pictures: cut, hashed, stored."""
