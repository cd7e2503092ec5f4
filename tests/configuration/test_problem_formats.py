"""How problems are shown (K3, V2)."""

import json

from reconciler.configuration.parsing.problems import (
    Format,
    SettingsProblem,
    Severity,
    by_place,
    errors,
    page,
    pointer,
    rendered,
    strictly,
)


def problem(**changes: object) -> SettingsProblem:
    fields: dict[str, object] = {
        "severity": Severity.ERROR,
        "file": "environments/prod/users.yaml",
        "line": 2,
        "column": 13,
        "pointer": "/assignFrom",
        "message": "wrong",
        "source_line": "assignFrom: nobody",
        "length": 6,
    }
    return SettingsProblem(**(fields | changes))  # type: ignore[arg-type]


def test_text_shows_the_line_with_a_caret_under_the_value() -> None:
    shown = rendered(
        [problem(expected="`none`", hint="Did you mean `none`?", rule="U1", docs=page("prod/users.yaml"))], Format.TEXT
    )
    assert shown == (
        "environments/prod/users.yaml:2:13: error at /assignFrom: wrong (U1)\n"
        "   2 | assignFrom: nobody\n"
        "                   ^^^^^^\n"
        "  expected: `none`\n"
        "  Did you mean `none`?\n"
        "  see docs/configuration.md#usersyaml\n"
    )


def test_text_shows_the_part_of_a_long_line_that_has_the_value() -> None:
    line = "x" * 200 + "nobody" + "y" * 200
    shown = rendered([problem(source_line=line, column=201)], Format.TEXT).splitlines()
    assert shown[1].removeprefix("   2 | ") == line[151:251]
    assert shown[1][shown[2].index("^") : shown[2].index("^") + 6] == "nobody"


def test_text_lets_no_character_control_the_terminal() -> None:
    shown = rendered([problem(message="a\x1b[31m", source_line="\tb\x1b\u202e: nobody")], Format.TEXT)
    assert [character for character in shown if not character.isprintable()] == ["\n"] * 3


def test_text_holds_no_command_of_a_pipeline() -> None:
    """GitHub takes `##[name]` for one wherever it stands, Azure `##vso[`; the caret stays below the value."""
    shown = rendered([problem(message="##[add-mask]a", source_line="##vso[task]: nobody # fine ##")], Format.TEXT)
    assert ("##[" in shown, "##vso[" in shown, "fine ##" in shown) == (False, False, True)


def test_an_annotation_escapes_what_means_something_to_the_runner() -> None:
    shown = rendered([problem(message="100%\n::set-output::", pointer="/a,b:c")], Format.GITHUB)
    assert shown == (
        "::error file=environments/prod/users.yaml,line=2,col=13,endColumn=19,title=/a%2Cb%3Ac"
        "::100%25%0A::set-output::\n"
    )


def test_an_annotation_tells_rule_expectation_hint_and_docs() -> None:
    warning = problem(severity=Severity.WARNING, expected="x", hint="Do y.", rule="K2", docs=page("a/users.yaml"))
    assert rendered([warning], Format.GITHUB).endswith(
        "::wrong (K2)%0Aexpected: x%0ADo y.%0Asee docs/configuration.md#usersyaml\n"
    )


def test_json_has_every_field() -> None:
    assert json.loads(rendered([problem()], Format.JSON)) == [
        {
            "severity": "error",
            "file": "environments/prod/users.yaml",
            "line": 2,
            "column": 13,
            "pointer": "/assignFrom",
            "message": "wrong",
            "expected": "",
            "hint": "",
            "rule": "",
            "source_line": "assignFrom: nobody",
            "length": 6,
            "docs": "",
        }
    ]


def test_no_problem_is_an_empty_text_and_an_empty_list() -> None:
    assert [rendered([], form) for form in Format] == ["", "", "[]\n"]


def test_a_pointer_escapes_slash_and_tilde() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"


def test_problems_stand_in_the_order_of_their_places_each_once() -> None:
    first, second, third = problem(line=1), problem(column=1), problem(file="z")
    assert by_place([third, second, first, second]) == (first, second, third)


def test_strictly_makes_warnings_errors() -> None:
    warning = problem(severity=Severity.WARNING)
    assert errors([warning]) == ()
    assert errors(strictly([warning])) == (problem(),)
