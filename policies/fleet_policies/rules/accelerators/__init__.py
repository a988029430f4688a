"""Rules on accelerators: what can run on them, how they are bought and placed (FA)."""
