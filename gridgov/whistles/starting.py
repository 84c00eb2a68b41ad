"""The kinds of whistle that every installation starts with. In the database they are rows; a district adds its own."""

from datetime import timedelta

from gridgov.whistles.kinds import Answerer, IssuerLevel, Vouching, WhistleKind

_BEIJING = "Beijing, 'streets blow the whistle, departments check in' (2018), after Pinggu's practice: 30 minutes"
_OWN = "a district's own choice; change the row"

STARTING_KINDS: tuple[WhistleKind, ...] = (
    WhistleKind(
        "comprehensive_enforcement",
        "综合执法哨",
        timedelta(minutes=30),
        timedelta(minutes=60),
        0.05,
        name_en="Comprehensive-enforcement whistle",
        source=f"{_BEIJING}; all other limits: {_OWN}",
    ),
    WhistleKind(
        "key_work",
        "重点工作哨",
        timedelta(minutes=120),
        timedelta(minutes=240),
        0.05,
        name_en="Key-work whistle",
        measure_within=timedelta(days=2),
        close_within=timedelta(days=30),
        geofence_m=300.0,
        source=f"Key work is one of Beijing's three kinds (2018); its limits: {_OWN}",
    ),
    WhistleKind(
        "emergency",
        "应急处置哨",
        timedelta(minutes=30),
        timedelta(minutes=10),
        0.01,
        name_en="Emergency whistle",
        measure_within=timedelta(hours=4),
        close_within=timedelta(days=1),
        geofence_m=500.0,
        source=f"{_BEIJING}; all other limits: {_OWN}",
    ),
    WhistleKind(
        "street_call",
        "街呼区应",
        timedelta(hours=4),
        timedelta(hours=2),
        0.05,
        name_en="Street call",
        measure_within=timedelta(days=3),
        close_within=timedelta(days=15),
        issuers=frozenset({IssuerLevel.STREET}),
        answerers=frozenset({Answerer.DISTRICT, Answerer.DEPARTMENT}),
        geofence_m=500.0,
        vouching=Vouching.ACCEPTED,
        source=f"'A street calls, the district answers', as practised from 2019 on; its limits: {_OWN}",
    ),
)
