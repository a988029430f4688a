"""Rules on EC2 Mac (FM)."""
