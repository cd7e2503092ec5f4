"""How Halo refuses: JSON in one of several forms, or plain text."""

from reconciler.simulator.exchange import Reply, json_reply

TOO_MANY = "Rate Limit Reached - 300 Requests per rolling 5 minute window"


class RefusedError(Exception):
    """A request that Halo refuses, with the status and what it says.

    `where` is the JSON path of the member that it is about; the refusal is then in the form that names it.
    """

    def __init__(self, text: str, *, status: int = 400, where: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.where = where


def refusal(error: RefusedError) -> Reply:
    """Return a refusal as Halo sends it: text for most, JSON for a member that could not be read."""
    if error.where is not None:
        return json_reply(error.status, {error.where: [f"{error.text} Path '{error.where}', line 1, position 1."]})
    if error.status == 404:  # noqa: PLR2004
        return json_reply(404, {"Message": error.text})
    return json_reply(error.status, error.text)


def refused(status: int, text: str) -> Reply:
    """Return what Halo says with a status that is none of its resources'."""
    if status == 429:  # noqa: PLR2004
        return Reply(429, TOO_MANY.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    if status in {401, 403}:
        return json_reply(status, {"ClassName": "System.UnauthorizedAccessException", "Message": text})
    return json_reply(status, {"resultCode": status, "errorMessage": text})
