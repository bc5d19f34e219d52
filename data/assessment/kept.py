"""Rules and what a score was made from as JSON: a frozen score can be worked again, whatever the pack says later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from data.assessment.arithmetic import Cases, Given
from data.assessment.rules import AssessmentRules, Curve, Dimension
from data.tasks.dutyplan import DutyPlan, plain_plan, plan_of


def rules_json(rules: AssessmentRules, duty: DutyPlan = ()) -> str:
    """The rules, and the plan by which duty was owed, as JSON; fractions are text, so that they stay exact."""
    return json.dumps(
        {
            "duty": plain_plan(duty),
            "unrecorded": list(rules.unrecorded),
            "version": rules.version,
            "prior_cases": rules.prior_cases,
            "minimum_cases": rules.minimum_cases,
            "mark_share": str(rules.mark_share),
            "depths": list(rules.depths),
            "dimensions": [
                {
                    "key": one.key,
                    "indicator": one.indicator,
                    "weight": one.weight,
                    "facts": one.facts,
                    "curve": [[str(rate), str(points)] for rate, points in one.curve.corners],
                }
                for one in rules.dimensions
            ],
        },
        sort_keys=True,
    )


def rules_from(text: str) -> AssessmentRules:
    """The rules that `rules_json` wrote."""
    body = json.loads(text)
    return AssessmentRules(
        body["version"],
        tuple(
            Dimension(
                one["key"],
                one["indicator"],
                one["weight"],
                one["facts"],
                Curve(tuple((Fraction(rate), Fraction(points)) for rate, points in one["curve"])),
            )
            for one in body["dimensions"]
        ),
        body["prior_cases"],
        body["minimum_cases"],
        Fraction(body["mark_share"]),
        tuple(body["depths"]),
        tuple(body.get("unrecorded", ())),
    )


def duty_from(text: str) -> DutyPlan | None:
    """The plan of duty that `rules_json` wrote; None for what was frozen before it was kept."""
    body = json.loads(text)
    return plan_of(body["duty"]) if "duty" in body else None


def given_json(given: Mapping[str, Given]) -> str:
    """What a grid was judged by, by dimension, as JSON."""
    return json.dumps(
        {
            key: {
                "cases": None if one.cases is None else _pair(one.cases),
                "excluded": _pair(one.excluded),
                "peers": _pair(one.peers),
                "mark": None if one.mark is None else str(one.mark),
            }
            for key, one in given.items()
        },
        sort_keys=True,
    )


def given_from(text: str) -> dict[str, Given]:
    """What `given_json` wrote."""
    return {
        key: Given(
            None if one["cases"] is None else Cases(*one["cases"]),
            Cases(*one["excluded"]),
            Cases(*one["peers"]),
            None if one["mark"] is None else Fraction(one["mark"]),
        )
        for key, one in json.loads(text).items()
    }


def _pair(cases: Cases) -> list[Any]:
    return [cases.met, cases.due]
