"""The codes that the classification kernels share with the phrase table.

Chain slots and clusters are bit masks (bit *i* = the *i*-th code of the tuple), roles are bit flags, kinds of
tokens are small integers. Numba freezes module constants at compile time, so they are plain integers.
"""

from __future__ import annotations

from typing import Final

#: Slots of the intelligent connected new-energy vehicle chain (12 assemblies, and the four wider ones).
CHAIN_CODES: Final = (
    "VEH", "BAT", "EDR", "THM", "EST", "EBR", "CKP", "ADV", "VCU", "V2X", "CHS", "BOD", "TRM", "ICE", "AUTOGEN",
    "MOTO",
)  # fmt: skip
#: Clusters of the "33618" system.
CLUSTER_CODES: Final = (
    "ICNEV", "ELEC", "MATL", "EQUIP", "FOOD", "SOFT", "DISP", "MOTOR", "ALLOY", "LIGHT", "BIO", "NEWE", "MEDEV",
    "TCM", "INSTR", "AGRI", "POWER", "SYNTH", "FIBER", "HOME", "IC", "ROBOT", "SERVER",
)  # fmt: skip
CHAIN_BIT: Final = {code: 1 << i for i, code in enumerate(CHAIN_CODES)}
CLUSTER_BIT: Final = {code: 1 << i for i, code in enumerate(CLUSTER_CODES)}

VEH: Final = 1 << 0
AUTOGEN: Final = 1 << 14
MOTO: Final = 1 << 15
#: Slots whose parts are goods of the electronic industry too (cockpit, driving, V2X).
ELECTRONIC_SLOTS: Final = 1 << 6 | 1 << 7 | 1 << 9
#: Every chain slot but motorcycles: what makes a firm part of the cluster ICNEV.
AUTO_SLOTS: Final = (1 << 15) - 1
ICNEV: Final = 1 << 0
ELEC: Final = 1 << 1
MATL: Final = 1 << 2
SOFT: Final = 1 << 5
MOTOR: Final = 1 << 7
FOOD: Final = 1 << 4

# Kinds of tokens.
OTHER: Final = 0
VERB: Final = 1
GOOD: Final = 2
CTX: Final = 3
PART: Final = 4
LINK: Final = 5
DELIM: Final = 6
COMMA: Final = 7
END: Final = 8
COLON: Final = 9
DE: Final = 10
SERVICE: Final = 11
IGNORE: Final = 12
RESTRICT: Final = 13
OPEN: Final = 14
CLOSE: Final = 15
TRADE: Final = 16
NAME: Final = 17
SUFFIX: Final = 18
KINDS: Final = {
    "verb": VERB,
    "good": GOOD,
    "ctx": CTX,
    "part": PART,
    "link": LINK,
    "service": SERVICE,
    "ignore": IGNORE,
    "restrict": RESTRICT,
    "trade": TRADE,
    "name": NAME,
    "adverts": OTHER,
    "suffix": SUFFIX,
}

# Roles of a verb, as bits; a list "生产、销售：…" carries both.
MAKE: Final = 1 << 0
PROCESS: Final = 1 << 1
CRAFT: Final = 1 << 2
MINE: Final = 1 << 3
SELL: Final = 1 << 4
RETAIL: Final = 1 << 5
TRADING: Final = 1 << 6
REPAIR: Final = 1 << 7
INSTALL: Final = 1 << 8
RD: Final = 1 << 9
SERVE: Final = 1 << 10
LEASE: Final = 1 << 11
HAUL: Final = 1 << 12
STORE: Final = 1 << 13
GROW: Final = 1 << 14
RAISE: Final = 1 << 15
#: Technology handed on (推广, 转让) rather than found (研究).
TECH: Final = 1 << 16
#: Works carried out (施工, 承建).
BUILD: Final = 1 << 17
TRAIN: Final = 1 << 18
#: Set where a bracket takes the making away again: "汽车配件（不含生产）".
NOT_MADE: Final = 1 << 20
VERB_ROLES: Final = {
    "make": MAKE,
    "process": MAKE | PROCESS,
    "craft": CRAFT,
    "mine": MINE,
    "sell": SELL,
    "retail": SELL | RETAIL,
    "trade": TRADING,
    "repair": REPAIR,
    "install": INSTALL,
    "rd": RD,
    "serve": SERVE,
    "lease": LEASE,
    "haul": HAUL,
    "store": STORE,
    "grow": GROW,
    "raise": RAISE,
    "tech": RD | TECH,
    "build": SERVE | BUILD,
    "train": SERVE | TRAIN,
}

# Contexts that give a part its meaning, as bits.
IN_AUTO: Final = 1
IN_MOTO: Final = 2
IN_OTHER: Final = 4
#: A machine that is no vehicle: its parts are not a car's, and keep their own division.
IN_FOREIGN: Final = 8
CONTEXTS: Final = {
    "auto": IN_AUTO,
    "moto": IN_MOTO,
    "both": IN_AUTO | IN_MOTO,
    "other": IN_OTHER,
    "foreign": IN_FOREIGN,
}

# Reach of a restriction, as the role of a restrict token.
FORWARD: Final = 1
BACK: Final = 2
WHOLE: Final = 3
RESTRICTIONS: Final = {"forward": FORWARD, "back": BACK, "whole": WHOLE}

# Flags of a phrase.
F_FARM: Final = 1
F_NOTMAKE: Final = 2
F_SOFT: Final = 4
F_NEAR: Final = 8
F_NO_AUTO: Final = 16
F_ADVERT: Final = 32
F_TRADE_NAME: Final = 128
F_SERVE_NAME: Final = 256
F_MAKE_NAME: Final = 512
F_MAKER_WORD: Final = 1024
F_EXCLUDES: Final = 2048
F_SCRAP: Final = 4096
F_HAS_AUTO: Final = 8192
#: A noun that is complete: another noun right after it begins a new item ("零部件五金制品").
F_COMPLETE: Final = 16384
F_HARDWARE: Final = 32768
#: A noun for parts of something (…配件, …零部件): bare words of context before it in a list share it.
F_PART_NOUN: Final = 65536
#: A body that runs no business of its own, whatever the scope of its firm that it was registered with (a trade union).
F_BODY: Final = 1 << 17
FLAGS: Final = {
    "farm": F_FARM,
    "crop": F_FARM | F_NOTMAKE,
    "notmake": F_NOTMAKE,
    "soft": F_SOFT,
    "scrap": F_SCRAP,
    "shop": 0,
    "trade": 0,
    "mine": 0,
    "": 0,
}
NAME_FLAGS: Final = {
    "trade": F_TRADE_NAME,
    "serve": F_SERVE_NAME,
    "make": F_MAKE_NAME,
    "maker": F_MAKER_WORD,
    "soft": F_SOFT,
    "farm": F_FARM,
    "body": F_BODY,
    "mine": 0,
    "": 0,
}
