"""Rules on efficiency: work for the money, carbon, idle capacity (FE)."""
