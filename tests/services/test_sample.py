"""The sample's day: played once, and to its end."""

from itertools import islice

from gridgov.services.sample import day_of_reports, not_yet_played, play
from tests.conftest import SAMPLE
from tests.support import NOON


def test_a_day_that_was_interrupted_goes_on_where_it_stopped(store, intake, clock):
    first = day_of_reports(SAMPLE, ending=NOON)
    assert not_yet_played(store, first) == first
    list(islice(play(intake, first), 40))
    clock.move(NOON - NOON.replace(hour=3))
    later = not_yet_played(store, day_of_reports(SAMPLE, ending=clock()))
    assert [r.external_number for r in later] == [r.external_number for r in first[40:]]
    list(play(intake, later[-20:]))
    assert len(not_yet_played(store, first)) == len(first) - 60
