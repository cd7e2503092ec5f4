"""Which pipeline runs a command, who started it, and where its log is (J1, J4)."""

import pytest
from command_line import CommandLine, rows

from reconciler.cli.pipeline import Pipeline, pipeline

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "contoso/assets",
    "GITHUB_RUN_ID": "42",
    "GITHUB_ACTOR": "anna",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_JOB_URL": "https://gitlab.example/contoso/assets/-/jobs/7",
    "GITLAB_USER_LOGIN": "anna",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECT": "IT Assets",
    "BUILD_BUILDID": "99",
    "BUILD_REQUESTEDFOR": "Anna Example",
}
AZURE_ADDRESS = "https://dev.azure.com/contoso/IT%20Assets/_build/results?buildId=99"
JENKINS = {
    "JENKINS_URL": "https://ci.example/",
    "BUILD_URL": "https://ci.example/job/assets/12/",
    "BUILD_USER_ID": "anna",
}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (GITHUB, Pipeline("GitHub Actions", "https://github.com/contoso/assets/actions/runs/42", "anna")),
        (GITLAB, Pipeline("GitLab CI", "https://gitlab.example/contoso/assets/-/jobs/7", "anna")),
        (
            AZURE,
            Pipeline("Azure DevOps", AZURE_ADDRESS, "Anna Example"),
        ),
        (JENKINS, Pipeline("Jenkins", "https://ci.example/job/assets/12/", "anna")),
        ({"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com"}, Pipeline("GitHub Actions", None, None)),
        ({"TF_BUILD": "True", "BUILD_BUILDID": "99"}, Pipeline("Azure DevOps", None, None)),
        ({"GITHUB_ACTIONS": "", "CI_JOB_URL": "", "BUILD_URL": ""}, None),
        ({"CI": "true"}, None),
    ],
)
def test_each_pipeline_is_known_by_its_own_variables(variables: dict[str, str], expected: Pipeline | None) -> None:
    assert pipeline(variables) == expected


@pytest.mark.parametrize("variables", [GITHUB, GITLAB, AZURE, JENKINS])
def test_the_journal_keeps_who_started_the_pipeline_and_its_address(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cli.apply().code == 0
    found = pipeline(variables)
    assert found is not None
    (run,) = rows(cli.store, "SELECT * FROM run")
    assert (run["who"], run["from_where"]) == (found.actor, found.address)
