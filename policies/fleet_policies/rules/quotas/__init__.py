"""Rules on service quotas (FQ)."""
