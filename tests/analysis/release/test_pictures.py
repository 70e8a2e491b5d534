"""The pictures of a bundle show what its tables print, joined levels too."""

from defusedxml.ElementTree import fromstring

from analysis.release.sheets import records_of
from tests.analysis.release.sample import two_years

LEVELS = [f"level_{j}" for j in range(1, 6)]


def test_every_question_has_a_bar_though_some_of_its_levels_were_joined():
    files = two_years()[1]
    words = " ".join(fromstring(files["charts/items.vi.svg"]).itertext()).split()
    records = [r for r in records_of(files["results/items.csv"]) if r["unit"] == "song-may"]
    shares = [[r[level] for level in LEVELS if r[level]] for r in records if r["statistic"].startswith("share:")]
    joined = [printed for printed in shares if len(printed) < len(LEVELS)]
    assert joined, "the sample has levels that were joined"
    for printed in joined:
        places = range(len(words) - len(printed) + 1)
        assert any(words[k : k + len(printed)] == printed for k in places), printed
    assert "nhiều mức gộp lại" in " ".join(words)
