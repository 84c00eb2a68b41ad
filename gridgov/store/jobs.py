"""Jobs, enqueued in the transaction of what they follow from; and what the sweep could not do."""

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

_DEFER = text("SELECT jobs.defer(:task, :arguments)").bindparams(bindparam("arguments", type_=JSONB))


class JobStore:
    """Reads and writes the queue within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def defer(self, task: str, **arguments: object) -> int:
        """Enqueue a job that runs after this transaction has committed, and never if it has not.

        Parameters
        ----------
        task
            The name of a task of the registry (`gridgov.services.tasks`).
        **arguments
            What the task is given: plain values that JSON knows.

        Returns
        -------
        The job's number in the queue.
        """
        number: int = self._connection.execute(_DEFER, {"task": task, "arguments": arguments}).scalar_one()
        return number
