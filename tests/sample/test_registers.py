"""The lists beside the map refer to each other without a broken link, and name nobody real."""

import csv
import re
from collections import Counter, defaultdict

import pytest

from sample_geo import addresses, checklists, incidents, matters, organisations, people
from sample_geo.common import DATA, HOME, read_rows

COLUMNS = {
    "addresses.csv": addresses.COLUMNS,
    "organisations.csv": organisations.COLUMNS,
    "staff.csv": people.STAFF_COLUMNS,
    "duties.csv": people.DUTY_COLUMNS,
    "matters.csv": matters.COLUMNS,
    "checklists.csv": checklists.COLUMNS,
    "responsibilities.csv": ("matter_code", "organisation_code", "part"),
    "incidents_days.csv": incidents.COLUMNS,
    "incidents_truth.csv": incidents.TRUTH_COLUMNS,
}


@pytest.fixture(scope="module")
def lists() -> dict[str, list[dict[str, str]]]:
    return {name: read_rows(DATA / name) for name in COLUMNS}


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_list_has_its_columns_and_no_ragged_row(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == tuple(COLUMNS[name])
    assert {len(row) for row in rows} == {len(rows[0])}


def test_the_book_holds_every_building_about_1500_places_and_the_doubles_of_real_books(lists):
    book = lists["addresses.csv"]
    kinds = Counter(row["kind"] for row in book)
    assert kinds["building"] >= 20_000
    assert 1300 <= kinds["place"] <= 1800
    assert len({row["id"] for row in book}) == len(book)
    streets, doors = defaultdict(set), defaultdict(set)
    for row in book:
        streets[row["estate"]].add(row["street"])
        doors[row["road"], row["number"]].add(row["street"])
    assert sum(len(found) > 1 for estate, found in streets.items() if estate) >= 8
    assert sum(len(found) > 1 for (_, number), found in doors.items() if number) >= 8
    assert any(row["aliases"] for row in book)
    old = [entry for row in book for entry in row["old_names"].split(";") if entry]
    assert old
    assert all(re.fullmatch(r"[^@;]+@\d{4}-\d{2}-\d{2}", entry) for entry in old)


def test_every_item_of_a_checklist_suggests_a_matter_of_the_list(lists):
    codes = {row["code"] for row in lists["matters.csv"]}
    assert {row["matter"] for row in lists["checklists.csv"]} <= codes
    assert len({row["code"] for row in lists["checklists.csv"]}) == 2
    assert all(row["source"] for row in lists["checklists.csv"])


def test_every_address_names_areas_of_the_grid(lists, grid):
    streets = set(grid["streets"]["name"])
    assert {row["street"] for row in lists["addresses.csv"]} <= streets
    assert {row["district"] for row in lists["addresses.csv"]} == {"历下区", "市中区", "历城区"}


def test_there_are_81_matters_with_exactly_one_lead_and_at_most_five_cooperating(lists):
    codes = {row["code"] for row in lists["matters.csv"]}
    assert len(codes) == len(lists["matters.csv"]) == 81
    known = {row["code"] for row in lists["organisations.csv"]} | {organisations.STREET_OFFICE}
    parts = defaultdict(Counter)
    for row in lists["responsibilities.csv"]:
        assert row["organisation_code"] in known
        parts[row["matter_code"]][row["part"]] += 1
    assert set(parts) == codes
    assert all(count["lead"] == 1 and count["cooperating"] <= 5 for count in parts.values())


def test_a_matter_that_may_be_whistled_says_with_which_kind(lists):
    for row in lists["matters.csv"]:
        assert (row["whistle_allowed"] == "1") == bool(row["whistle_kind"])
        assert row["whistle_kind"] in {"", "comprehensive_enforcement", "key_work", "emergency"}
        assert row["admitted"] in {"0", "1"}
        assert (int(row["file_hours"]), int(row["handle_hours"])) == matters.LIMITS[int(row["priority"])]


def test_organisations_answer_for_areas_of_the_grid_and_their_parents_exist(lists, grid):
    codes = {row["code"] for row in lists["organisations.csv"]}
    areas = {code for level in ("districts", "streets", "communities") for code in grid[level]["code"]}
    assert all(row["area_code"] in areas and row["parent_code"] in {"", *codes} for row in lists["organisations.csv"])
    kinds = Counter((row["kind"], row["district_code"]) for row in lists["organisations.csv"])
    assert kinds["street_office", HOME] == 13
    assert kinds["community", HOME] == 139
    assert kinds["department", HOME] >= 25


def test_1500_people_have_duties_many_to_many_in_areas_that_exist(lists, grid):
    staff = {row["code"] for row in lists["staff.csv"]}
    assert len(staff) == len(lists["staff.csv"]) == people.STAFF_COUNT
    areas = {level: set(grid[name]["code"]) for level, name in (("cell", "cells"), ("community", "communities"))}
    areas |= {"street": set(grid["streets"]["code"]), "district": set(grid["districts"]["code"])}
    per_person, per_cell = Counter(), Counter()
    for row in lists["duties.csv"]:
        assert row["staff_code"] in staff
        assert row["target_code"] in areas[row["target_kind"]]
        assert not row["valid_to"] or row["valid_from"] < row["valid_to"]
        per_person[row["staff_code"]] += 1
        per_cell[row["target_code"]] += row["target_kind"] == "cell" and not row["valid_to"]
    assert set(per_person) == staff
    assert max(per_person.values()) > 1
    assert max(per_cell.values()) > 1
    assert all(per_cell[code] for code in areas["cell"])
    assert any(row["valid_to"] for row in lists["duties.csv"])


def test_no_telephone_number_can_exist(lists):
    numbers = [row["phone"] for row in lists["staff.csv"]]
    numbers += [row["reporter_phone"] for row in lists["incidents_days.csv"] if row["reporter_phone"]]
    assert all(re.fullmatch(r"000-\d{4}-\d{4}", number) for number in numbers)
