"""Commands about settings in Git; none of them needs a store."""
