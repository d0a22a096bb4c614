"""File names as text that can be shown."""


def text(name: str) -> str:
    """The name with the bytes that are not UTF-8 escaped, so that it can be printed and hashed."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(name: str) -> str:
    """The name for a message: line breaks, direction marks and other invisible characters become U+FFFD."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text(name))
