"""All the way: a notice is posted, the sweep passes it on, the courier carries it, as a worker does it."""

import pytest

from gridgov.messages import Audience
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.services.tasks import TASKS, Place
from gridgov.settings import Settings, settings
from tests.messages.conftest import deliveries, inbox_of, notice, person, post
from tests.messages.test_email import SENDER, Keeper, mail_server
from tests.support import NOON

CENTRE = Audience(role="command_centre", area_code="370102")


@pytest.mark.usefixtures("as_before")
def test_a_notice_ends_in_an_inbox_and_a_mailbox(kept, clock, monkeypatch):
    who, _ = person(kept)
    keeper = Keeper()
    with mail_server(keeper) as port:
        for name, value in {"HOST": "127.0.0.1", "PORT": port, "SECURITY": "none", "FROM": SENDER}.items():
            monkeypatch.setenv(f"GRIDGOV_SMTP_{name}", str(value))
        settings.cache_clear()
        post(kept, notice(to=CENTRE), notice("case.closed", to=CENTRE))
        place = Place(kept, Settings(), clock)
        Sweeping(kept, clock=clock, sweeps={"notices": SWEEPS["notices"], "changes": SWEEPS["changes"]}).run()
        {task.name: task for task in TASKS}["deliver"].do(place)
    assert inbox_of(kept, who) == ["case.closed", "case.dispatched"]
    (letter,) = keeper.taken
    assert "370102-20260615-7K2M9QXA" in letter["Subject"]
    assert [row.state for row in deliveries(kept)] == ["sent"]


def test_what_waits_to_be_told_or_sent_counts_as_late(kept, fan):
    person(kept)
    post(kept, notice(to=CENTRE))
    with kept.transaction() as unit:
        assert unit.jobs.oldest_due(NOON) == NOON
    fan()
    with kept.transaction() as unit:
        assert unit.jobs.oldest_due(NOON) == NOON
