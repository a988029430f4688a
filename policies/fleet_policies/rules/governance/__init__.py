"""Rules on governance: tags, regions, families, plan and exemptions (FT)."""
