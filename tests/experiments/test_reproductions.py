"""The published claims of experiments/*.py, measured at a size that fits here.

Their bands widen with fewer samples by standard errors; at the sizes of docs/reproductions.md they
are those that an honest repetition has to show.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from initlab.cli import main
from initlab.errors import BadTypeError, BadValueError, UnknownNameError
from initlab.reproduction import Claim, Finding, Verdict, claims, judge, load_claim, reproduce

ROOT = Path(__file__).parents[2]

SMALL = {
    "glorot_bengio_2010": {"width": 300, "seeds": 2},
    "gpt2_2019": {"width": 128, "seeds": 2},
    "hanin_rolnick_2018": {"nets": 300},
    "he_2015": {"width": 128, "seeds": 10, "epochs": 0},
    "lu_2019": {"nets": 300},
    "schoenholz_2017": {"width": 300, "seeds": 4, "draws": 10, "epochs": 0},
    "sitzmann_2020": {"width": 512, "steps": 0},
    "sussillo_abbott_2014": {"layers": 2000},
}


def test_every_claim_is_measured_here():
    assert set(SMALL) == set(claims())


@pytest.mark.parametrize("name", SMALL)
def test_a_claim_holds_at_a_small_size(name):
    report = reproduce(name, {size: str(value) for size, value in SMALL[name].items()})
    off = [found for found in report.findings if not found.holds]
    assert off == []
    expected = Verdict.corrected if report.claim.correction else Verdict.reproduced
    assert report.verdict is expected


@pytest.mark.slow
@pytest.mark.parametrize("name", ["glorot_bengio_2010", "gpt2_2019"])
def test_a_claim_holds_at_its_full_size(name):
    assert all(found.holds for found in reproduce(name).findings)


@pytest.mark.parametrize("name", SMALL)
def test_a_claim_is_told_whole(name):
    claim = load_claim(name)
    assert claim.question.endswith("?")
    assert claim.source[-5:-1].isdigit()
    assert claim.claim
    assert claim.sizes


def test_the_page_has_every_claim_with_its_command():
    page = (ROOT / "docs" / "reproductions.md").read_text()
    for name in claims():
        claim = load_claim(name)
        assert f"## {claim.source}" in page
        assert f"python -m initlab reproduce {name}" in page


# -- verdicts and mistakes ----------------------------------------------------------------

HOLDS, FAILS = Finding("a", 1.0, 0.0, 2.0), Finding("b", 3.0, 0.0, 2.0)


@pytest.mark.parametrize(
    ("findings", "correction", "verdict"),
    [
        ([HOLDS, HOLDS], "", "reproduced"),
        ([HOLDS], "twice as much", "reproduced with correction"),
        ([HOLDS, HOLDS, FAILS], "", "weak"),
        ([HOLDS, FAILS], "", "not reproduced"),
        ([], "", "not reproduced"),
        ([Finding("c", float("nan"), 0.0, 2.0)], "", "not reproduced"),
    ],
)
def test_a_verdict_follows_from_the_bands(findings, correction, verdict):
    assert judge(Claim("?", "", "", list, correction), findings) == verdict


def test_a_band_around_an_expectation():
    found = Finding.near("x", 1.04, -1.0, 0.05)
    assert (found.low, found.high) == pytest.approx((-1.05, -0.95))
    assert not found.holds


def test_unknown_names_and_sizes_are_refused():
    with pytest.raises(UnknownNameError, match=r"Unknown claim 'lu_2018'\. Did you mean 'lu_2019'"):
        reproduce("lu_2018")
    with pytest.raises(UnknownNameError, match=r"Unknown size 'net'\. Did you mean 'nets'"):
        reproduce("lu_2019", {"net": "3"})
    with pytest.raises(BadTypeError, match="nets=many is no int"):
        reproduce("lu_2019", {"nets": "many"})
    with pytest.raises(BadValueError, match="nets=-3: a size is at least 0"):
        reproduce("lu_2019", {"nets": "-3"})


def test_the_command_lists_and_measures(capsys):
    assert main(["reproduce"]) == 0
    assert "sitzmann_2020" in capsys.readouterr().out
    assert main(["reproduce", "sitzmann_2020", "width=256", "steps=0"]) == 0
    out = capsys.readouterr().out
    assert "reproduced with correction, in" in out
    assert "std of layer 2's pre-activations" in out
    assert main(["reproduce", "--page", "gpt2_2019", "width=64", "seeds=2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("## Radford et al., GPT-2 (2019)\n")
    assert "python -m initlab reproduce gpt2_2019 width=64 seeds=2" in out
    assert main(["reproduce", "nothing"]) == 2
    assert "Unknown claim 'nothing'" in capsys.readouterr().err
