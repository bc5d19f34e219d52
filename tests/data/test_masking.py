"""Personal data in free text: what is hidden, what stays, and that nothing of it survives in any surroundings."""

from __future__ import annotations

import csv
import gzip
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.masking import masked, masked_detail
from data.settings import PROJECT

# What may stand beside a number: anything that is not part of a longer one.
AROUND = st.text(
    alphabet=st.sampled_from("小区路灯不亮，。 电话：联系人a Zz()（）\n<>\"'&@#*号楼"), max_size=30
)
DIGITS = st.text("0123456789", min_size=8, max_size=8)
GAP = st.sampled_from(["", " ", "-", ".", "\u3000"])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("来电人张三丰反映，电话13800138000", "来电人张**反映，电话138********"),
        ("联系人：李明，138 0013 8000", "联系人：李**，138********"),
        ("联系人欧阳娜娜电话 6612 3456", "联系人欧阳**电话 ********"),
        ("投诉人（王建国）称", "投诉人（王**）称"),
        ("来电人：王女士 0371-66123456", "来电人：王女士 0371-********"),
        ("身份证号41010519900101123X。", "身份证号41****************。"),
        ("文化路97号院3号楼2单元501室", "文化路*号院3号楼*单元*室"),
        ("住3-2-501", "住*-*-*"),
        ("１３８００１３８０００", "１３８********"),
        ("+86 138-0013-8000", "+***********"),
        ("Contact: John Smith at (617) 635-4500", "Contact: J*** at ***-***-****"),
        ("mail john.smith@boston.gov now", "mail j***@*** now"),
        ("19 Washington St  Boston MA 02108", "* Washington St  Boston MA 02108"),
        ("Apt 3B at 12-14 Blue Hill Ave", "Apt * at * Blue Hill Ave"),
    ],
)
def test_personal_data_is_hidden(told: str, expected: str) -> None:
    assert masked(told) == expected


@pytest.mark.parametrize(
    "told",
    [
        "",
        "来电人反映小区路灯不亮",
        "投诉人马路不平",
        "12345热线转110警情",
        "人民路12号线地铁口",
        "美景社区16号楼电梯停运",
        "2026-02-10 10:30 起连续5天",
        "2026年2月10日14时30分，共3起、12户受影响",
        "INTERSECTION Beacon St & Park St, Boston",
        "5 days of trash on Main Street, 10 feet of ice",
        "Missed Trash/Recycling/Yard Waste/Bulk Item",
        "BCS-00000137",
    ],
)
def test_what_is_no_personal_data_stays(told: str) -> None:
    assert masked(told) == told


@given(AROUND, DIGITS, GAP, AROUND, st.integers(3, 9))
def test_no_mobile_number_survives(before: str, rest: str, gap: str, after: str, second: int) -> None:
    number = gap.join([f"1{second}0", rest[:4], rest[4:]])
    found = masked(before + number + after)
    assert number not in found
    assert rest not in re.sub(r"\D", "", found)


@given(AROUND, st.dates(), st.integers(0, 999), st.sampled_from("0123456789Xx"), AROUND)
def test_no_identity_card_survives(before: str, born: object, serial: int, check: str, after: str) -> None:
    year = 1900 + int(str(born)[:4]) % 130
    number = f"410105{year}{str(born)[5:7]}{str(born)[8:10]}{serial:03}{check}"
    assert number[6:] not in masked(before + number + after)


@given(AROUND, st.from_regex(r"\A[a-z][a-z.]{3,12}@[a-z]{2,8}\.(com|cn|gov\.cn)\Z"), AROUND)
def test_no_address_of_a_mailbox_survives(before: str, address: str, after: str) -> None:
    assert address not in masked(f"{before} {address} {after}")


@given(st.sampled_from(["来电人", "联系人", "投诉人姓名"]), st.sampled_from(["：", ":", " : "]), AROUND)
def test_no_name_behind_a_label_survives(label: str, sign: str, after: str) -> None:
    assert "国强" not in masked(f"{label}{sign}赵国强，{after}")


@example("0" * 25)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    *"来电人联系人：张三欧阳12号楼3单元501室路-. ()@",
                    "13800138000",
                    "617-635-4500",
                    "12 Main Street ",
                ]
            ),
            max_size=25,
        ).map("".join),
    )
)
def test_masking_what_is_masked_changes_nothing_and_never_fails(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


def test_details_of_a_step_are_masked_however_deep_and_codes_are_not() -> None:
    detail = {"grid": "410105001012015", "unit": "13800138000", "more": {"who": ["联系人：李明", 5, None]}}
    assert masked_detail(detail) == {
        "grid": "410105001012015",
        "unit": "138********",
        "more": {"who": ["联系人：李**", 5, None]},
    }


def test_the_texts_of_boston_stay_as_they_are() -> None:
    """Real texts of which the personal fields were removed: nothing more is to be hidden, so all of it stays."""
    with gzip.open(next((PROJECT / "data/cities/boston").glob("*.csv.gz")), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ("case_topic", "service_name", "closure_reason", "street_name", "neighborhood", "assigned_team")
    told = {row[name] for row in rows for name in names}
    assert len(told) > 500
    assert {text: masked(text) for text in told if masked(text) != text} == {}


def test_the_same_texts_with_personal_data_lose_it_and_nothing_else() -> None:
    with gzip.open(next((PROJECT / "data/cities/boston").glob("*.csv.gz")), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:500]
    for number, row in enumerate(rows):
        told = f"{row['service_name']}, call 617-635-{number:04}"
        assert masked(told) == f"{row['service_name']}, call ***-***-****"
