"""Rules on resilience: spot and zones (FR)."""
