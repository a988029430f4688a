"""Policy packs: any pack written in Python, run over a stack as the engine runs it."""

from fleet.engine.packs.pack_file import PackFile, read_pack_file
from fleet.engine.packs.run import PackSession, run_pack, run_packs
from fleet.engine.packs.settings import read_pack_config

__all__ = ["PackFile", "PackSession", "read_pack_config", "read_pack_file", "run_pack", "run_packs"]
