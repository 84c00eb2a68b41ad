"""What cannot be had is said with the wish to relax, and the rest is staffed; what is wrong is named."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gridgov.errors import InputError
from gridgov.planning import Limits, staff
from gridgov.planning.staffing.covering import with_limits
from gridgov.planning.staffing.wishes import Wished
from tests.conftest import SAMPLE
from tests.planning.staffing_district import STREET, duties, grid, people


def _texts(staffing, kind: str) -> list[str]:
    return [str(one) for one in staffing.relax if one.kind == kind]


def test_too_few_people_are_told_how_many_more_cells_or_people_it_takes():
    found = staff(grid(1, 7), people(2, "doctor"), limits=Limits(cells=3))
    wanted = (
        f"2 doctor in street {STREET} for 7 cells with at most 3 cells each: "
        "raise cells per person to 4 or add 1 person."
    )
    assert _texts(found, "too-few") == [wanted]
    assert len(found.duties) == 6
    assert found.figures["empty_cells"] == 1
    assert _texts(found, "empty-cells")
    relaxed = staff(grid(1, 7), people(2, "doctor"), limits={"doctor": Limits(cells=4, people=2)}, band=0.2)
    assert relaxed.figures["empty_cells"] == 0
    assert not relaxed.relax


def test_a_role_that_a_street_lacks_is_told_and_the_other_streets_are_staffed():
    cells = pd.concat([grid(1, 2), grid(1, 3, street="370102002", west=117.1)], ignore_index=True)
    found = staff(cells, people(2), limits=Limits(cells=2))
    assert _texts(found, "nobody") == ["Nobody is police in street 370102002, for 3 cells: add 2 people at least."]
    assert len(found.uncovered) == 3
    assert found.figures["empty_cells"] == 3
    assert found.figures["uncovered_fte"] + found.duties["fte"].sum() == pytest.approx(2)


def test_more_work_than_people_may_do_is_left_uncovered_and_told():
    cells = grid(1, 4)
    demand = pd.DataFrame({"police": 0.75}, index=cells["cell"])
    found = staff(cells, people(2), demand=demand, limits=Limits(load=1.2))
    assert found.figures["uncovered_fte"] == pytest.approx(0.6, abs=1e-3)
    assert found.loads["load"].max() <= 1.2 + 1e-6
    assert "raise the load to 1.5 or add 1 person" in _texts(found, "overworked")[0]


def test_a_cell_too_heavy_for_those_who_may_share_it_is_named():
    found = staff(grid(1, 4, [2000, 100, 100, 100]), people(4), limits=Limits(people=2))
    assert "Cell 370102001000101" in _texts(found, "heavy-cell")[0]
    assert "raise people per cell to 4" in _texts(found, "heavy-cell")[0]
    assert _texts(found, "uneven")
    assert (found.duties.groupby("cell").size() <= 2).all()


def test_a_skill_that_nobody_has_is_told():
    needs = pd.DataFrame({"cell": [grid(1, 2)["cell"][0]], "skill": ["english"], "role": ["police"]})
    found = staff(grid(1, 2), people(2), needs=needs)
    assert "asks for english, which 0 of 2 police there have" in _texts(found, "skill")[0]
    assert found.figures["empty_cells"] == 0


def test_a_cell_that_touches_nobody_is_beside_the_nearest():
    cells = pd.concat([grid(1, 3), grid(1, 1, west=117.02).assign(cell="370102001000900")], ignore_index=True)
    found = staff(cells, people(1))
    assert set(found.duties["cell"]) == set(cells["cell"])
    assert found.figures["split_patches"] == 0
    assert "taken as beside 370102001000103" in _texts(found, "island")[0]


def test_a_limit_that_nobody_asked_for_leaves_no_cell_empty():
    cells = grid(1, 12, [400] * 4 + [0] * 8)
    assert staff(cells, people(8), limits=Limits(cells=3)).figures["empty_cells"] > 0
    found = staff(cells, people(8))
    assert found.figures["empty_cells"] == 0
    assert found.figures["split_patches"] == 0


def test_a_skill_asked_of_a_role_that_the_street_lacks_is_told():
    cells = pd.concat([grid(1, 2), grid(1, 2, street="370102002", west=117.1)], ignore_index=True)
    everybody = pd.concat([people(2), people(2, "doctor", "370102002")])
    needs = pd.DataFrame({"cell": [cells["cell"][2]], "skill": ["english"], "role": ["police"]})
    found = staff(cells, everybody, needs=needs)
    assert "the street has no police" in _texts(found, "skill")[0]


def test_a_skill_of_somebody_whose_street_was_open_counts():
    cells = grid(1, 2)
    everybody = pd.concat([people(2, "doctor"), people(1, "police", None).assign(skills=["english"])])
    needs = pd.DataFrame({"cell": [cells["cell"][0]], "skill": ["english"]})
    assert not _texts(staff(cells, everybody, needs=needs), "skill")


def test_every_piece_of_advice_is_in_chinese_too():
    cells = pd.concat([grid(1, 7), grid(1, 3, street="370102002", west=117.1)], ignore_index=True)
    needs = pd.DataFrame({"cell": [cells["cell"][0]], "skill": ["english"]})
    found = staff(cells, people(2), limits=Limits(cells=2, load=1.0), needs=needs)
    assert {one.kind for one in found.relax} >= {"nobody", "too-few", "empty-cells", "skill"}
    assert all(one.street in one.text_zh and one.text_zh.endswith("。") for one in found.relax)


def test_a_cell_with_nobody_can_be_covered_too():
    cells = grid(1, 4)
    found = staff(cells, people(1), limits=Limits(cells=3))
    empty = found.uncovered["cell"].iloc[0]
    ranked = found.cover(empty)
    assert ranked["person"].tolist() == ["police-0"]
    assert ranked["relative_after"].gt(ranked["relative"]).all()


def test_people_of_other_streets_are_left_out_and_counted():
    found = staff(grid(1, 2), pd.concat([people(2), people(3, "doctor", "370102009")]))
    assert found.notes == ("3 people serve in other streets than those of the cells and were left out.",)
    assert staff(grid(1, 2), people(2)).notes == ()


def test_nobody_at_all_with_work_told_in_fte_leaves_all_of_it_uncovered():
    cells = grid(1, 2)
    found = staff(cells, people(0), demand=pd.DataFrame({"police": 0.5}, index=cells["cell"]))
    assert found.figures["uncovered_fte"] == pytest.approx(1.0)
    assert _texts(found, "nobody")
    assert not len(found.duties)


def test_people_for_whom_no_cell_is_left_are_counted():
    found = staff(grid(1, 2), people(5), limits=Limits(people=1))
    assert len(found.duties) == 2
    assert "3 of 5 police" in _texts(found, "idle")[0]


def test_a_cell_far_from_everybody_without_work_has_somebody_all_the_same():
    cells = grid(1, 9, [400, 400, 400, 0, 0, 0, 0, 0, 400])
    roster = duties(*[(f"police-{n}", cells["cell"][cell]) for n, cell in enumerate((0, 1, 2, 8) * 3)])
    found = staff(cells, people(12), roster, limits=Limits(cells=5))
    assert found.figures["empty_cells"] == 0
    assert found.figures["split_patches"] == 0


def test_one_cell_and_one_person_are_a_staffing():
    found = staff(grid(1, 1), people(1))
    assert found.duties["lead"].tolist() == [True]
    assert found.duties["fte"].tolist() == pytest.approx([1.0])
    assert found.figures["ratio"] == pytest.approx(1, abs=0.05)


def test_cells_without_households_have_somebody_all_the_same():
    some = staff(grid(1, 4, [0, 400, 400, 0]), people(2))
    assert some.figures["empty_cells"] == 0
    assert some.figures["without_lead"] == 0
    none = staff(grid(1, 4, 0), people(2))
    assert none.figures["empty_cells"] == 0
    assert _texts(none, "no-work")
    assert none.duties.groupby("person").size().tolist() == [2, 2]


def test_too_little_time_gives_patches_grown_by_hand():
    cells = grid(4, 5, np.random.default_rng(2).integers(200, 700, 20))
    found = staff(cells, people(4), within_s=1e-9)
    assert found.parts["end"].tolist() == ["time"]
    assert found.figures["ended_by_time"] == 1
    assert found.figures["split_patches"] == 0
    assert found.figures["empty_cells"] == 0
    assert found.figures["ratio"] < 4
    assert "by the clock after 1e-09 s" in found.notes[0]
    assert 0 < found.parts["gap"].iloc[0] < 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"people": people(2).assign(role=["police", None])}, "role", "police-1"),
        ({"people": pd.concat([people(1), people(1)])}, "person", "police-0"),
        ({"people": people(1).assign(fte=0)}, "fte", "police-0"),
        ({"people": people(1).assign(base="elsewhere")}, "base", "police-0"),
        ({"people": people(1).drop(columns="role")}, "role", "need a column"),
        ({"people": people(1, street="370102009")}, "people", "nobody to staff"),
        ({"duties": duties(("police-0", "370102001999999"))}, "duties", "370102001999999"),
        ({"duties": duties(("police-0", None))}, "duties", "1"),
        ({"cells": grid(1, 3, [100, -1, 100])}, "demand", "370102001000102"),
        ({"cells": grid(1, 3, [100, np.nan, 100])}, "demand", "370102001000102"),
        ({"cells": grid(1, 3).iloc[:0]}, "cells", "no cells"),
        ({"cells": pd.concat([grid(1, 3), grid(1, 1)])}, "cell", "370102001000101"),
        ({"demand": "incidents"}, "demand", "incidents"),
        ({"demand": pd.DataFrame({"police": [1.0]}, index=["370102001000101"])}, "demand", "370102001000102"),
        ({"absent": ["nobody"]}, "absent", "nobody"),
        ({"absent": "police-0"}, "absent", "list"),
        ({"band": 0}, "band", "0.1"),
        ({"limits": {"polices": Limits(cells=3)}}, "limits", "polices"),
        ({"within_s": 0}, "within_s", "above 0"),
        ({"within_s": float("nan")}, "within_s", "above 0"),
        ({"people": people(0)}, "people", "nobody to staff"),
        ({"cells": pd.DataFrame(grid(1, 3).drop(columns="geometry"))}, "geometry", "GeoDataFrame"),
        ({"demand": {"doctor": "households"}}, "demand", "police"),
        ({"demand": pd.DataFrame({"doctor": 1.0}, index=grid(1, 3)["cell"])}, "demand", "police"),
        ({"needs": pd.DataFrame({"cell": [grid(1, 3)["cell"][0]], "skill": [None]})}, "needs", "names a skill"),
        (
            {"needs": pd.DataFrame({"cell": [grid(1, 3)["cell"][0]], "skill": ["english"], "role": ["polices"]})},
            "needs",
            "polices",
        ),
        ({"needs": pd.DataFrame({"cell": ["x"], "skill": ["english"]})}, "needs", "x"),
        ({"overlap": pd.DataFrame({"a": ["x"], "b": ["y"]})}, "overlap", "three columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_with_what_to_do(change, field, words):
    told = {"cells": grid(1, 3), "people": people(2), **change}
    with pytest.raises(InputError, match=words) as caught:
        staff(**told)
    assert caught.value.field == field


@pytest.mark.parametrize("limit", [{"cells": 0}, {"cells": 2.5}, {"people": -1}, {"load": float("nan")}], ids=str)
def test_a_limit_that_is_none_is_refused_where_it_is_written(limit):
    with pytest.raises(InputError, match="above 0, or None") as caught:
        Limits(**limit)
    assert caught.value.field == "limits"


def test_who_covers_a_cell_is_ranked_by_knowledge_way_load_and_skill():
    cells = grid(1, 5)
    roster = duties(*[(f"police-{n}", code) for n, code in enumerate(cells["cell"])], ("police-4", cells["cell"][0]))
    everybody = people(5).assign(skills=[["english"], [], ["english"], [], []])
    needs = pd.DataFrame({"cell": [cells["cell"][1]], "skill": ["english"]})
    far = people(1, street="370102002").assign(person="far")
    other = grid(1, 1, street="370102002", west=117.1)
    found = staff(
        pd.concat([cells, other], ignore_index=True),
        pd.concat([everybody, far]),
        roster,
        needs=needs,
        limits=Limits(people=3),
    )
    first, last = cells["cell"][0], cells["cell"][4]
    ranked = found.cover(last, without=found.duties[found.duties["cell"] == last]["person"].iloc[0])
    assert ranked["cost"].is_monotonic_increasing
    assert "police-3" in ranked["person"].head(2).tolist()
    assert ranked["person"].tolist()[-1] == "far"
    assert ranked["relative_after"].gt(ranked["relative"]).all()
    holder = found.duties[(found.duties["cell"] == first) & found.duties["lead"]]["person"].iloc[0]
    known = found.cover(first, without=holder).set_index("person")["known"]
    assert holder not in known.index
    assert known.drop("police-4", errors="ignore").max() <= 1
    lacks = found.cover(cells["cell"][1])
    assert (lacks["lacks"].map(bool)).any()


def test_to_cover_for_somebody_who_is_not_there_says_who_is():
    found = staff(grid(1, 2), people(2), duties(*zip(("police-0", "police-1"), grid(1, 2)["cell"], strict=True)))
    with pytest.raises(InputError, match="does not hold"):
        found.cover(grid(1, 2)["cell"][0], without="police-9")
    with pytest.raises(InputError, match="not among"):
        found.cover("x")


def test_a_street_of_the_sample_is_staffed_from_its_own_registers():
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    street = cells[cells["street_code"] == "370102004"]
    register = pd.read_csv(SAMPLE / "duties.csv", dtype=str)
    now = register[
        (register["target_kind"] == "cell") & register["valid_to"].isna() & register["target_code"].isin(street["code"])
    ]
    who = now.drop_duplicates("staff_code").rename(columns={"staff_code": "person"})[["person", "role"]]
    found = staff(street, who, now)
    assert set(found.parts["role"]) == set(who["role"]) >= {"grid_worker", "police"}
    assert found.figures["split_patches"] == 0
    assert found.figures["without_lead"] == 0
    assert found.figures["load_cv"] < found.figures["load_cv_before"] / 2
    assert found.figures["continuity"] > 0.5
    assert found.figures["ratio"] < 1.5
    assert len(found.changes)
    steps = found.steps()
    assert (steps["gains"].sum(), steps["loses"].sum()) == tuple(
        found.changes["change"].value_counts()[["gains", "loses"]]
    )
    assert set(steps["person"]) == set(found.changes["person"])


def test_of_two_who_are_as_near_the_one_of_the_same_street_covers():
    cells = pd.concat([grid(1, 2, [420, 380]), grid(1, 1, street="370102002", west=117.004)], ignore_index=True)
    everybody = pd.DataFrame({"person": ["b", "c", "a"], "role": "police", "street": [*cells["street"]]})
    found = staff(cells, everybody, duties(*zip("bca", cells["cell"], strict=True)))
    assert found.cover(cells["cell"][1], without="c")["person"].tolist() == ["b", "a"]


@pytest.mark.parametrize(("most", "beyond"), [(None, []), (1, ["b", "a"]), (2, [])])
def test_who_would_hold_more_cells_than_wished_is_marked(most, beyond):
    cells = pd.concat([grid(1, 2, [420, 380]), grid(1, 1, street="370102002", west=117.004)], ignore_index=True)
    everybody = pd.DataFrame({"person": ["b", "c", "a"], "role": "police", "street": [*cells["street"]]})
    given = duties(*zip("bca", cells["cell"], strict=True))
    ranked = staff(cells, everybody, given, limits=Limits(cells=most)).cover(cells["cell"][1], without="c")
    assert ranked["person"].tolist() == ["b", "a"]
    assert ranked.loc[ranked["beyond"], "person"].tolist() == beyond


def test_who_would_hold_more_cells_than_wished_covers_last_unless_they_share_the_cell():
    ranked = pd.DataFrame({"person": ["near", "sharer", "far"], "role": "police", "cost": [0.1, 0.2, 0.3]})
    ranked["shares_it"] = ranked["person"] == "sharer"
    held = duties(("near", "1"), ("near", "2"), ("sharer", "1"), ("sharer", "3"), ("far", "4"))
    wished = Wished(limits={"police": Limits(cells=2)})
    assert with_limits(ranked, held, wished)["person"].tolist() == ["sharer", "far", "near"]
    assert with_limits(ranked, held, Wished())["person"].tolist() == ["near", "sharer", "far"]
