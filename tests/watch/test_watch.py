"""What is late and what is soon: cases, sides of whistles, summons, as far as one sees them."""


def test_nobody_who_is_not_logged_in_watches(stranger):
    for path in ("watch", "figures"):
        assert stranger.get(f"/api/v1/{path}").status_code == 401


def test_where_nothing_happened_nothing_is_late(client):
    answer = client.get("/api/v1/watch").json()
    assert (answer["late"], answer["soon"], answer["late_total"], answer["soon_total"]) == ([], [], 0, 0)
    figures = client.get("/api/v1/figures").json()
    assert figures["open"] == figures["reports_24h"] == figures["whistles"]["open"] == 0
    assert set(figures["by_stage"].values()) == {0}
