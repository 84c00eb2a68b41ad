from datetime import UTC, datetime

import pytest

from gridgov.errors import InputError
from gridgov.gazetteer import Answer, Candidate, Gazetteer, Sure, Unknown, Unsure
from gridgov.gazetteer.index import distance_m


def first(answer: Answer) -> Candidate:
    assert answer.candidates, answer
    return answer.candidates[0]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("山东省济南市历下区文东街道科院路社区文化东路24号师东新村2号楼", "B02"),
        ("历下区文化东路２４号师东新村２号楼", "B02"),
        ("师东新村二号楼", "B02"),
        ("师东新村2栋", "B02"),
        ("师东新村2幢", "B02"),
        ("师东新村2座", "B02"),
        ("师东新村2#楼", "B02"),
        ("师东新村2#", "B02"),
        ("师东新村2号", "B02"),
        ("师东新村2-1-501", "B02"),
        ("师东新村小区2号楼501室", "B02"),
        ("文化东路24号院2号楼二\u3007三", "B02"),
        ("师东新村3号楼2单元", "B04"),
        ("师东新村三栋二门", "B04"),
        ("教师新村2号楼", "B02"),
        ("2号楼，师东新村，文东街道", "B02"),
        ("24号文化东路2号楼", "B02"),
        ("文化东路 26 号", "B05"),
        ("文化东路26", "B05"),
        ("文华东路26号", "B05"),
        ("文化东璐26号", "B05"),
        ("文化冻路26号", "B05"),
        ("我家住文化东路26号楼下", "B05"),
        ("山大路一百二十三号", "B10"),
        ("山大路一二三号", "B10"),
        ("山大路12号-3", "B08"),
        ("山大路12号之3", "B08"),
        ("山大路12附3号", "B08"),
        ("山大路甲12号", "B09"),
        ("山大路12号甲", "B09"),
        ("山大路12号", "B07"),
        ("经十路七十七号", "B16"),
        ("二七新村路三号", "B18"),
        ("姚家街道办事处下井庄2号院", "B20"),
        ("下井庄二号院", "B20"),
        ("文东小学", "P01"),
        ("文小门口", "P01"),
        ("姚家医院2号楼", "P04"),
        ("浆水泉大厦", "B15"),
        ("泉厦", "B15"),
        ("降水泉路10号", "B15"),
        ("3耗搂2单园师东新村", "B04"),
    ],
)
def test_a_clear_text_is_sure_of_its_address(town: Gazetteer, text: str, address: str):
    answer = town.find(text)
    assert isinstance(answer, Sure), answer
    assert answer.candidate.address_id == address


def test_the_parts_that_matched_and_those_that_did_not_are_told_as_they_were_written(town: Gazetteer):
    found = first(town.find("在 文化东路２６号 红色铁门"))
    assert found.matched == ("文化东路", "２６号")
    assert found.unmatched == ("红色铁门",)


def test_the_level_and_the_accuracy_follow_what_the_text_says(town: Gazetteer):
    unit, building, estate = (first(town.find(f"师东新村{rest}")) for rest in ("3号楼2单元", "2号楼", ""))
    assert [unit.level, building.level, estate.level] == ["unit", "building", "estate"]
    assert unit.accuracy_m < building.accuracy_m < estate.accuracy_m
    assert estate.address_id is None
    assert first(town.find("文化东路26号")).level == "number"


def test_an_estate_alone_asks_for_the_building(town: Gazetteer):
    answer = town.find("师东新村")
    assert isinstance(answer, Unsure)
    assert answer.asks == "building"


def test_a_road_alone_asks_for_the_number(town: Gazetteer):
    answer = town.find("历下区山大路")
    assert isinstance(answer, Unsure)
    assert answer.asks == "number"
    assert first(answer).level == "road"


def test_a_community_alone_asks_for_the_road(town: Gazetteer):
    answer = town.find("历下区科院路社区居委会辖区")
    assert isinstance(answer, Unsure)
    assert answer.asks == "road"


def test_an_estate_of_the_same_name_in_two_streets_asks_which(town: Gazetteer):
    answer = town.find("阳光花园2号楼")
    assert isinstance(answer, Unsure)
    assert {candidate.address_id for candidate in answer.candidates} >= {"B12", "B14"}
    assert answer.asks == "district"
    assert "历下区" in answer.question
    assert "市中区" in answer.question


@pytest.mark.parametrize("hint", ["姚家街道", "历下区", "浆水泉路8号", "姚家社区"])
def test_a_hint_tells_two_estates_of_the_same_name_apart(town: Gazetteer, hint: str):
    answer = town.find(f"{hint}阳光花园2号楼")
    assert isinstance(answer, Sure), answer
    assert answer.candidate.address_id == "B12"


@pytest.mark.parametrize("wrong", ["市中区", "天桥区", "青岛市", "河北省", "舜玉路街道"])
def test_a_wrong_area_is_never_sure_but_the_address_is_still_shown(town: Gazetteer, wrong: str):
    answer = town.find(f"{wrong}文化东路26号")
    assert isinstance(answer, Unsure), answer
    assert "B05" in {candidate.address_id for candidate in answer.candidates}


def test_a_number_that_does_not_exist_is_not_sure(town: Gazetteer):
    assert isinstance(town.find("山大路999号"), Unsure)


def test_a_building_that_does_not_exist_asks_for_the_building(town: Gazetteer):
    answer = town.find("师东新村88号楼")
    assert isinstance(answer, Unsure)
    assert answer.asks in {"building", "number"}


def test_a_number_between_two_known_ones_lies_between_them(town: Gazetteer):
    answer = town.find("文化东路28号")
    assert isinstance(answer, Sure)
    answer = town.find("浆水泉路14号")
    assert isinstance(answer, Unsure)
    assert distance_m((first(answer).lon, first(answer).lat), (117.0935, 36.6715)) < 250


def test_two_roads_give_their_crossing(town: Gazetteer):
    answer = town.find("经十路与浆水泉路交叉口")
    assert isinstance(answer, Unsure)
    assert first(answer).level == "road"
    assert distance_m((first(answer).lon, first(answer).lat), (117.093, 36.6656)) < 150


def test_opposite_a_place_is_less_sure_and_less_exact_than_the_place(town: Gazetteer):
    place, opposite = first(town.find("文东小学")), first(town.find("文东小学对面"))
    assert opposite.address_id == place.address_id
    assert opposite.score < place.score
    assert opposite.accuracy_m >= place.accuracy_m + 50


def test_an_old_name_is_found_and_is_as_good_as_new_within_its_time(town: Gazetteer):
    now = first(town.find("长城大厦"))
    then = first(town.find("长城大厦", at=datetime(2010, 5, 1, tzinfo=UTC)))
    later = first(town.find("长城大厦", at=datetime(2020, 5, 1, tzinfo=UTC)))
    assert {now.address_id, then.address_id, later.address_id} == {"B15"}
    assert then.score > later.score == now.score


def test_the_last_day_of_an_old_name_still_counts_in_shanghai(town: Gazetteer):
    last_evening = datetime(2012, 6, 30, 15, 59, tzinfo=UTC)
    midnight = datetime(2012, 6, 30, 16, 0, tzinfo=UTC)
    assert first(town.find("长城大厦", at=last_evening)).score > first(town.find("长城大厦", at=midnight)).score


def test_the_old_name_of_a_road_leads_to_the_number_on_the_present_road(town: Gazetteer):
    assert first(town.find("南外环路七十九号")).address_id == "B17"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "？？？",
        "🙂🙂",
        "有人乱停车",
        "12345",
        "北京市海淀区中关村大街27号",
        "济南市",
        "山东省济南市历下区",
        "\x00\u202e",
    ],
)
def test_a_text_that_names_nothing_of_the_book_is_unknown_and_says_why(town: Gazetteer, text: str):
    answer = town.find(text)
    assert isinstance(answer, Unknown), answer
    assert answer.reason.endswith((".", "cover."))
    assert answer.candidates == ()


def test_an_invented_estate_is_never_sure(town: Gazetteer):
    assert not isinstance(town.find("历下区砚驼花园3号楼"), Sure)


def test_ten_million_characters_are_answered_at_once(town: Gazetteer):
    assert isinstance(town.find("文化东路26号" * 1_250_000), Unknown)


@pytest.mark.parametrize(
    "text", ["'; drop table incident; --", "<script>", "NaN", "%s%n", "-" * 300, "路" * 300, "3-" * 150]
)
def test_naughty_texts_get_an_answer(town: Gazetteer, text: str):
    assert isinstance(town.find(text), Unknown | Unsure)


def test_candidates_are_limited_and_best_first(town: Gazetteer):
    answer = town.find("阳光花园", limit=1)
    assert len(answer.candidates) == 1
    scores = [candidate.score for candidate in town.find("阳光花园1号楼").candidates]
    assert scores == sorted(scores, reverse=True)


def test_many_texts_get_one_answer_each_in_order(town: Gazetteer):
    texts = ["文东小学", "nothing", "文东小学", "师东新村2号楼"]
    assert town.find_many(texts) == [town.find(text) for text in texts]


def test_a_time_without_offset_is_refused(town: Gazetteer):
    with pytest.raises(InputError, match="offset"):
        town.find("文东小学", at=datetime(2020, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(("text", "limit", "field"), [("文东小学", 0, "limit"), (None, 5, "text")])
def test_what_cannot_be_asked_is_refused_by_name(town: Gazetteer, text: str, limit: int, field: str):
    with pytest.raises(InputError) as refused:
        town.find(text, limit=limit)
    assert refused.value.field == field


def test_a_stated_distance_opens_the_radius_and_lowers_the_score(town: Gazetteer):
    there, away = first(town.find("文化东路26号")), first(town.find("文化东路26号往东100米"))
    assert away.address_id == there.address_id
    assert away.accuracy_m >= there.accuracy_m + 100
    assert away.score < there.score


def test_two_buildings_in_one_text_are_both_listed(town: Gazetteer):
    answer = town.find("师东新村1号楼和2号楼之间")
    assert isinstance(answer, Unsure)
    assert {"B01", "B02"} <= {candidate.address_id for candidate in answer.candidates}
    assert answer.asks == "building"


@pytest.mark.parametrize("story", ["垃圾好几天没人管", "业主反映楼道灯坏了", "前有人乱停车请尽快处理", "路灯不亮"])
def test_what_is_told_behind_an_address_does_not_spoil_it(town: Gazetteer, story: str):
    answer = town.find(f"师东新村2号楼{story}")
    assert isinstance(answer, Sure), answer
    assert answer.candidate.address_id == "B02"


@pytest.mark.parametrize("text", ["下井苑砚2号", "文东驼小学", "翠师东小学"])
def test_a_name_that_only_resembles_one_of_the_book_is_not_sure(town: Gazetteer, text: str):
    assert not isinstance(town.find(text), Sure), town.find(text)


def test_a_typing_error_is_less_sure_than_the_name_itself(town: Gazetteer):
    right, by_sound, unlike = (first(town.find(f"{road}26号")).score for road in ("文化东路", "文画东路", "文驼东路"))
    assert right > by_sound > unlike
