"""The one error reidviz raises for what a user can mend."""


class ReidvizError(Exception):
    """A problem said in one plain sentence, with a hint of what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def because(error: ReidvizError) -> str:
    """Its sentence as the end of another one."""
    return error.message[:1].lower() + error.message[1:]
