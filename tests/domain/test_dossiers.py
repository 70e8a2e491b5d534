"""What a dossier's row may hold, and what must hold between its fields."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from survey_app.domain import dossier_codes, dossier_messages, dossiers, moments
from survey_app.domain.dossiers import Context

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 8, 20, 9, 0, tzinfo=ZONE)
GOOD = {
    "dossier_code": "H57.132-260804-0583",
    "procedure_code": "1.011443.000.00.00.H38",
    "field": "Đất đai",
    "applicant_kind": "individual",
    "filing_channel": "online",
    "received_at": "04/08/2026 08:15",
    "due_at": "20260811170000",
    "finished_at": "2026-08-10 15:00:00",
    "returned_at": "11/08/2026",
    "outcome": "returned",
    "online_level": "toàn trình",
    "apology_sent": "không",
    "origin_dossier_code": "000.00.19.H47-260105-0001",
}


def problems(**changes):
    _, found = dossiers.check(GOOD | changes, Context(ZONE, NOW))
    return [(problem.field, problem.code) for problem in found]


def test_a_whole_row_is_read_into_canonical_values():
    values, found = dossiers.check(GOOD, Context(ZONE, NOW))
    assert found == []
    assert values == {
        "dossier_code": "H57.132-260804-0583",
        "procedure_code": "1.011443",
        "procedure_suffix": "000.00.00.H38",
        "field": "Đất đai",
        "applicant_kind": "individual",
        "filing_channel": "online",
        "received_at": datetime(2026, 8, 4, 1, 15, tzinfo=UTC),
        "due_at": datetime(2026, 8, 11, 10, 0, tzinfo=UTC),
        "finished_at": datetime(2026, 8, 10, 8, 0, tzinfo=UTC),
        "returned_at": datetime(2026, 8, 10, 17, 0, tzinfo=UTC),
        "outcome": "returned",
        "online_level": "full",
        "apology_sent": False,
        "origin_dossier_code": "000.00.19.H47-260105-0001",
    }


@pytest.mark.parametrize(
    "code",
    ["000.00.19.H47-260105-0001", "H57.132-260804-0583", "H57-260804-058312", "h57.132.A1-260804-0583"],
)
def test_both_forms_of_dossier_codes_are_taken(code):
    assert problems(dossier_code=code, origin_dossier_code="") == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "blank"),
        ("H57.132-260804", "dossier_code"),
        ("Z57-260804-0583", "dossier_code"),
        ("000.00.19.H47-260105-0001 x", "dossier_code"),
        ("H57.132-260804-05834567", "dossier_code"),
        ("H57" + ".132" * 20 + "-260804-0583", "dossier_code"),
        ("Ｈ57.132-260804-0583", "dossier_code"),
        ("H57.132-261331-0583", "code_date"),
        ("H57.132-260230-0583", "code_date"),
        ("H57.132-260812-0583", "code_after_return"),
    ],
)
def test_a_code_that_is_none_is_named(code, problem):
    assert problems(dossier_code=code, origin_dossier_code="") == [("dossier_code", problem)]


def test_a_code_of_a_case_not_yet_returned_may_not_lie_in_the_future():
    still_open = {"returned_at": "", "finished_at": "", "outcome": "pending", "dossier_code": "H57-260901-0001"}
    assert problems(**still_open) == [("dossier_code", "code_in_future")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1.011443", ("1.011443", None)),
        ("1.011443.000.00.00.h38", ("1.011443", "000.00.00.H38")),
        ("2.000815.H57", ("2.000815", "H57")),
    ],
)
def test_a_procedure_is_split_into_national_part_and_suffix(text, parts):
    assert dossier_codes.procedure(text) == parts


@pytest.mark.parametrize("text", ["1.01144", "011443", "1.011443.", "1.011443..H38", "BKH-271860"])
def test_what_is_no_procedure_is_named(text):
    assert problems(procedure_code=text) == [("procedure_code", "procedure_code")]


@pytest.mark.parametrize(
    "text",
    [
        "20260804081500",
        "202608040815",
        "2026-08-04T08:15",
        "2026-08-04 08:15:00.0",
        "2026-08-04T01:15:00Z",
        "2026-08-04T08:15:00+07:00",
        "04/08/2026 08:15",
        "04-08-2026 08:15:00",
    ],
)
def test_every_way_to_write_a_moment_means_the_same(text):
    assert moments.parse(text, ZONE) == datetime(2026, 8, 4, 8, 15, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2026", "impossible_date"),
        ("20260231000000", "impossible_date"),
        ("2026-08-04 25:00", "impossible_date"),
        ("0000-00-00", "impossible_date"),
        ("02020804081500", "year_range"),
        ("04/08/0202", "year_range"),
        ("04/08/26", "two_digit_year"),
        ("4/8/2026", "ambiguous_date"),
        ("04/08/2026 8:15 AM", "ambiguous_date"),
        ("08/24/2026", "month_first"),
        ("2.02608E+13", "lost_digits"),
        ("2,02608E+13", "lost_digits"),
        ("46238", "excel_number"),
        ("hôm qua", "not_a_date"),
        ("٠٤/٠٨/٢٠٢٦", "not_a_date"),
    ],
)
def test_a_moment_that_could_be_misread_is_refused(text, code):
    assert problems(due_at=text) == [("due_at", code)]


def test_a_day_number_of_a_workbook_is_its_day():
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's epoch has no zone
    assert moments.from_serial("46238.34375", epoch) == "2026-08-04 08:15:00"
    assert moments.from_serial("20260804081500", epoch) == "20260804081500"
    assert moments.from_serial("99999", epoch) == "99999"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"returned_at": "03/08/2026", "dossier_code": "H57-260801-0001"}, {"returned_at"}),
        ({"returned_at": "09/08/2026"}, {"returned_at"}),
        ({"finished_at": "04/08/2026 08:14"}, {"finished_at"}),
        ({"due_at": "03/08/2026"}, {"due_at"}),
        ({"extended_due_at": "03/08/2026"}, {"extended_due_at"}),
    ],
)
def test_an_end_before_its_beginning_is_named(changes, expected):
    found = problems(**changes)
    assert {field for field, _ in found} == expected
    assert {code for _, code in found} == {"before"}


def test_a_day_without_its_hour_is_not_before_an_hour_of_that_day():
    assert problems(finished_at="04/08/2026", due_at="04/08/2026") == []


def test_a_return_in_the_future_is_named():
    assert ("returned_at", "future") in problems(returned_at="22/08/2026")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("applicant_kind", "người ngoài hành tinh"),
        ("filing_channel", "bồ câu"),
        ("outcome", "99"),
        ("online_level", "5"),
        ("apology_sent", "có lẽ"),
    ],
)
def test_a_value_outside_the_list_is_named(field, text):
    assert problems(**{field: text}) == [(field, "unknown_value")]


@pytest.mark.parametrize(
    ("text", "code"),
    [("x" * 201, "too_long"), ("Nguyễn Văn A 0912 345 678", "personal"), ("a@example.org", "personal")],
)
def test_a_field_that_seems_to_hold_a_person_is_not_stored(text, code):
    assert problems(field=text) == [("field", code)]


def test_status_and_day_of_return_must_agree():
    assert problems(returned_at="") == [("returned_at", "returned_without_date")]
    assert problems(outcome="pending") == [("outcome", "open_but_returned")]
    values, found = dossiers.check(GOOD | {"outcome": ""}, Context(ZONE, NOW))
    assert (values["outcome"], found) == ("returned", [])
    still_open = {"outcome": "pending", "returned_at": "", "finished_at": ""}
    values, found = dossiers.check(GOOD | still_open, Context(ZONE, NOW))
    assert (values["outcome"], found) == (None, [])


def test_a_dossier_is_not_its_own_origin():
    assert problems(origin_dossier_code=GOOD["dossier_code"]) == [("origin_dossier_code", "own_origin")]


def test_every_fault_of_a_row_is_told():
    found = problems(dossier_code="x", received_at="31/02/2026", outcome="?")
    assert {field for field, _ in found} >= {"dossier_code", "received_at", "outcome"}


@pytest.mark.parametrize("code", dossier_messages.REMEDIES)
def test_every_remedy_is_a_sentence_in_both_languages_with_the_same_facts(code):
    params = dict.fromkeys(
        ("limit", "other", "moment", "allowed", "day", "units", "rows", "found", "wanted", "reason"), "¤"
    )
    told = [dossier_messages.remedy(code, params, language) for language in dossier_messages.LANGUAGES]
    assert all(text.endswith(".") and "{" not in text for text in told)
    assert told[0].count("¤") == told[1].count("¤")
    assert told[0] != told[1]
