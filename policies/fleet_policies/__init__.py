"""The policy pack of fleet: rules that price, prove and never fail open, behind an Analyzer server of their own."""
