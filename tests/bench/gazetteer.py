"""The gazetteer against rapidfuzz over the full addresses: how many texts a second, and how many of them right."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

import sample_geo
from gridgov.gazetteer import Gazetteer, Sure
from gridgov.gazetteer.index import distance_m
from sample_geo import variants

BOOK = Path(sample_geo.__file__).parent / "data" / "addresses.csv"
PEER = "rapidfuzz.process.extractOne (fuzz.WRatio)"
PEER_TEXTS = 200
RIGHT_M = 50.0
PARTS = ["district", "street", "community", "road", "number", "estate", "building", "unit", "name"]


def run() -> list[dict[str, Any]]:
    """Return rows of what, ours, peer, peer_name, ratio, unit, equal.

    The peer answers the first `PEER_TEXTS` texts only, because it compares each with all addresses. Both are measured
    in CPU time of one process. `equal` is None: two ways to guess need not agree, so the shares of right answers stand
    in its place.
    """
    book = pd.read_csv(BOOK, dtype=str, keep_default_na=False)
    texts = variants.make(book)
    started = time.process_time()
    gazetteer = Gazetteer.from_frame(book)
    built = time.process_time()
    answers = [gazetteer.find(text) for text in texts["text"]]
    ours_s = time.process_time() - built
    places = [(a.candidates[0].lon, a.candidates[0].lat) if a.candidates else None for a in answers]
    near = _near(places, texts)
    few = texts.head(PEER_TEXTS)
    theirs, peer_s = _peer(book, few)
    named = [index for index in range(len(few)) if few["address_id"][index]]
    sure = [isinstance(answer, Sure) for answer in answers]
    right = [
        good if truth else not is_sure for good, truth, is_sure in zip(near, texts["address_id"], sure, strict=True)
    ]
    wrong = [is_sure and not good for is_sure, good in zip(sure, right, strict=True)]
    return [
        _row("addresses found", len(texts) / ours_s, len(few) / peer_s, "texts/s"),
        _row("right, texts of the peer", _percent(near, named), _percent(theirs, named), "%"),
        _row("right, all variants", _percent(right), None, "%"),
        _row("sure and wrong, all variants", _percent(wrong), None, "%"),
        _row(f"index of {len(book)} addresses built", built - started, None, "s"),
    ]


def _peer(book: pd.DataFrame, texts: pd.DataFrame) -> tuple[list[bool], float]:
    full = book[PARTS].agg("".join, axis=1).tolist()
    places = list(zip(book["lon"].astype(float), book["lat"].astype(float), strict=True))
    started = time.process_time()
    best = [process.extractOne(text, full, scorer=fuzz.WRatio)[2] for text in texts["text"]]
    seconds = time.process_time() - started
    return _near([places[index] for index in best], texts), seconds


def _near(places: list[Any], texts: pd.DataFrame) -> list[bool]:
    truths = zip(texts["lon"], texts["lat"], strict=True)
    return [bool(p) and distance_m(p, truth) <= RIGHT_M for p, truth in zip(places, truths, strict=True)]


def _percent(good: list[bool], indexes: list[int] | None = None) -> float:
    chosen = range(len(good)) if indexes is None else indexes
    return 100 * sum(good[index] for index in chosen) / len(chosen)


def _row(what: str, ours: float, peer: float | None, unit: str) -> dict[str, Any]:
    ratio = ours / peer if peer else None
    name = PEER if peer is not None else ""
    return {"what": what, "ours": ours, "peer": peer, "peer_name": name, "ratio": ratio, "unit": unit, "equal": None}


if __name__ == "__main__":
    for row in run():
        print(row)
