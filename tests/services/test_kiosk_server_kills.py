"""A server process killed before, in and after a commit while kiosks send: every answer is there exactly once."""

from bench import kiosk_kills


def test_a_burst_to_a_server_that_is_killed_five_times_arrives_exactly_once(installation):
    done = kiosk_kills.burst(installation, 40, ("before:3", "in:5", "after:4", "in:2", "after:1"))
    assert done["good"], done


def test_a_kiosk_that_does_not_send_again_would_be_found(installation, monkeypatch):
    def once(port, tablet, waiting):
        try:
            kiosk_kills.call(port, tablet, waiting)
        except (OSError, kiosk_kills.http.client.HTTPException):
            return 1
        return 0

    monkeypatch.setattr(kiosk_kills, "send", once)
    assert not kiosk_kills.burst(installation, 8, ("before:1",))["good"]
