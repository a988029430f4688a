"""Pulumi: run a program, run policy packs, find or build the command line. Callers see plain values only."""
