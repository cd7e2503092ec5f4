"""Commands about the store itself."""
