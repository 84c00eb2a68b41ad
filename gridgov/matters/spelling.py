"""Spelling: how a Chinese name is typed on a keyboard of Latin letters, so that a phone can search without a server."""


def initials(name: str) -> str:
    """Return the first letters of a name's pinyin, ``jgps`` for 井盖破损; what is not Chinese stays, in lower case."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionaries are slow to load: only where they are used

    return _typed(lazy_pinyin(name, style=Style.FIRST_LETTER))


def spelled(name: str) -> str:
    """Return a name's pinyin without tones and spaces, ``jinggaiposun`` for 井盖破损."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - the same

    return _typed(lazy_pinyin(name))


def _typed(parts: list[str]) -> str:
    return "".join(sign for sign in "".join(parts).lower() if sign.isalnum())
