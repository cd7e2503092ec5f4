"""`plan --base` tells what the settings cause from what would happen anyway, from one recording."""

import subprocess
from pathlib import Path

import msgspec
import pytest
from command_line import CommandLine, git

from reconciler.simulator.server import Simulator

TYPES = "prod/connections/intune/asset-types.yaml"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Record a day on which two devices are renamed, in a folder whose settings are committed."""
    from command_line import simulated  # noqa: PLC0415 - beside the only use

    with simulated() as simulator:
        cli = CommandLine(tmp_path_factory.mktemp("recorded"))
        cli.connect(simulator)
        commit(cli)
        assert cli.apply().code == 0
        simulator.tenant.next_day(new=0, gone=0, renamed=2, re_enrolled=0, reassigned=0, unassigned=0)
        assert cli.run("record", "prod", "-o", str(cli.folder / "prod.rec")).code == 0
        assert (
            cli.run("plan", "prod", "--recording", str(cli.folder / "prod.rec"), "-o", str(cli.folder / "day")).code
            == 0
        )
    return cli


@pytest.fixture
def cli(recorded: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a copy of that folder, with a change of which asset-type rule phones meet."""
    copy = recorded.copied(tmp_path, capfd)
    copy.edit(TYPES, "in: [iOS, iPadOS, Android]", "in: [iOS]")
    return copy


def commit(cli: CommandLine) -> None:
    git(cli.folder, "init", "--quiet", "--initial-branch", "main")
    git(cli.folder, "add", "environments")
    git(cli.folder, "commit", "--quiet", "--message", "settings")


def ordinary(cli: CommandLine) -> int:
    """Return how many changes the day has with the settings as committed."""
    return len(msgspec.json.decode((cli.folder / "day").read_bytes())["changes"])


def planned(cli: CommandLine, *arguments: str, base: str = "main") -> tuple[str, ...]:
    return "plan", "prod", "--base", base, "--recording", str(cli.folder / "prod.rec"), *arguments


def test_the_change_is_told_apart_from_the_day(cli: CommandLine) -> None:
    """What the change causes stands below the plan, and the text ends with what there is without it."""
    done = cli.run(*planned(cli, "--impact", str(cli.folder / "impact.json")))
    impact = msgspec.json.decode((cli.folder / "impact.json").read_bytes())
    assert impact["ordinary"] == ordinary(cli) > 2
    retyped = impact["caused"]["retyped"]
    path = "connections/intune/asset-types.yaml: rules[Phones and tablets].when.in"
    assert done.out.endswith(
        f"\n\nMerging changes {retyped} assets. This change: {retyped} type changed. "
        f"{ordinary(cli)} changes would happen anyway.\n"
    )
    assert [(each["what"], each["count"]) for each in impact["bySetting"]] == [(path, retyped)]
    assert {(each["what"], each["words"]) for each in impact["byRule"]} == {("T3", "no rule matched: the default")}
    assert done.out.index("\nPlan: ") < done.out.index("\n\nImpact of this change, against main (")


def test_a_comment_leads_with_the_impact(cli: CommandLine) -> None:
    """In Markdown the verdict stands before what is folded, and the file is found again by its marker."""
    file = cli.folder / "comment.md"
    done = cli.run(*planned(cli, "--format", "markdown", "-o", str(file)))
    text = file.read_text()
    assert (done.code, done.out) == (0, "")
    assert text.startswith("<!-- reconciler:plan:prod -->")
    assert text.index("Merging changes ") < text.index("<details>")
    assert f"{ordinary(cli)} changes would happen anyway" in text


def test_a_page_leads_with_the_impact(cli: CommandLine) -> None:
    """In the HTML report the impact stands before the overview, with what it causes and the setting that does."""
    file = cli.folder / "report.html"
    done = cli.run(*planned(cli, "--format", "html", "-o", str(file), "--impact", str(cli.folder / "impact.json")))
    retyped = msgspec.json.decode((cli.folder / "impact.json").read_bytes())["caused"]["retyped"]
    text = file.read_text()
    assert (done.code, done.out) == (0, "")
    assert text.index('id="impact"') < text.index('id="overview"')
    assert f">{retyped} type changed</button>" in text
    assert '<span class="name">connections/intune/asset-types.yaml: rules[Phones and tablets].when.in</span>' in text


def test_a_base_that_is_a_commit_is_named_once(cli: CommandLine) -> None:
    """A pipeline names the base by its digits: the first of them are enough."""
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=cli.folder, text=True).strip()
    done = cli.run(*planned(cli, base=commit))
    assert f"Impact of this change, against {commit[:7]}\n" in done.out


def test_a_base_whose_name_is_no_text_is_told_by_its_bytes(cli: CommandLine) -> None:
    """Git takes any byte for a branch; what is shown and saved can be read everywhere."""
    git(cli.folder, "branch", "b\udcff")
    done = cli.run(*planned(cli, "--impact", str(cli.folder / "impact.json"), base="b\udcff"))
    assert "Impact of this change, against b\\xff (" in done.out
    assert msgspec.json.decode((cli.folder / "impact.json").read_bytes())["base"] == "b\\xff"


def test_the_plan_stays_the_plan(cli: CommandLine) -> None:
    """As JSON, the plan is the same bytes with and without a base; the impact is a document of its own."""
    alone = cli.run("plan", "prod", "--recording", str(cli.folder / "prod.rec"), "--format", "json")
    assert cli.run(*planned(cli, "--format", "json")).out == alone.out


def test_devices_that_leave_scope_are_named(
    recorded: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exclusion of devices whose assets are up to date changes no asset tonight, and is an impact all the same."""
    cli = recorded.copied(tmp_path, capfd)
    personal = "{property: managedDeviceOwnerType, equals: personal}"
    phones = f"{{any: [{personal}, {{property: operatingSystem, equals: macOS}}]}}"
    cli.edit("prod/connections/intune/imports.yaml", personal, phones)
    (cli.folder / "environments/prod/connections/intune/tests.yaml").unlink()
    file = cli.folder / "impact.json"
    done = cli.run(*planned(cli, "--impact", str(file)))
    assert done.code == 0, done
    text = done.out
    markdown = cli.run(*planned(cli, "--format", "markdown")).out
    page = cli.run(*planned(cli, "--format", "html")).out
    scope = msgspec.json.decode(file.read_bytes())["scope"]
    count = len(scope)
    path = "connections/intune/imports.yaml: exclude"

    assert {(each["out"], *each["settings"]) for each in scope} == {(True, path)}
    assert f"\n  - {count} taken out of scope: {scope[0]['label']}, " in text
    assert f"\n\nMerging changes {count} assets ({count} taken out of scope). This change: {count} taken " in text
    assert f"**Merging changes {count} assets ({count} taken out of scope).**" in markdown
    assert f"\n- {count} taken out of scope: `{scope[0]['label']}`, " in markdown
    assert f"`, **{count}** affected: `{scope[0]['label']}, " in markdown
    assert f">{count} taken out of scope</button>" in page


def test_nothing_changed_is_no_impact(recorded: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Settings that are as committed cause nothing."""
    done = recorded.copied(tmp_path, capfd).run(*planned(recorded))
    assert f"Merging changes nothing. {ordinary(recorded)} changes would happen anyway." in done.out


def test_a_new_environment_is_all_impact(cli: CommandLine) -> None:
    """Where the commit has no such environment, everything is the change's, and it says so."""
    git(cli.folder, "rm", "-r", "--quiet", "--cached", "environments/prod")
    git(cli.folder, "commit", "--quiet", "--message", "before prod")
    done = cli.run(*planned(cli))
    assert "prod is not there at main: it is new" in " ".join(done.out.split())
    assert "0 changes would happen anyway." in done.out


def test_settings_that_were_broken_leave_the_impact_unknown(cli: CommandLine) -> None:
    """The commit's problems do not stop the plan of what mends them."""
    mended = (cli.environments / TYPES).read_text()
    cli.edit(TYPES, "determine: rules", "determine: roles")
    git(cli.folder, "commit", "--quiet", "--all", "--message", "broken")
    (cli.environments / TYPES).write_text(mended)
    done = cli.run(*planned(cli, "--impact", str(cli.folder / "impact.json")))
    assert done.code == 0
    shown = "unknown, because the settings at main have 1 problem, so they make no plan."
    assert shown in " ".join(done.out.split())
    assert msgspec.json.decode((cli.folder / "impact.json").read_bytes())["compared"] is False


def test_a_deleted_environment_is_told(cli: CommandLine) -> None:
    """Deleting an environment is nothing to plan, and says what becomes of its store."""
    git(cli.folder, "rm", "-r", "--quiet", "-f", "environments/prod")
    done = cli.run(*planned(cli))
    assert done.code == 64
    assert "This change deletes the environment `prod`" in done.err
    assert "its store and its assets stay as they are" in done.err


def test_a_commit_that_a_shallow_clone_lacks_is_told(cli: CommandLine, tmp_path: Path) -> None:
    """What to fetch is said; the other commit of a whole clone is one that does not exist."""
    assert "There is no commit nowhere" in cli.run(*planned(cli, base="nowhere")).err
    git(cli.folder, "commit", "--quiet", "--allow-empty", "--message", "two")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{cli.folder}", str(clone))
    done = CommandLine(clone, cli.capture).run(*planned(cli, base="HEAD~1"))
    assert done.code == 1
    assert "shallow" in done.err
    assert "fetch-depth: 0" in done.err


def test_impact_needs_a_base(cli: CommandLine) -> None:
    """An impact is against something."""
    done = cli.run("plan", "prod", "--impact", "impact.json")
    assert (done.code, "--impact goes with --base REF" in done.err) == (64, True)


def test_live_both_settings_find_what_they_need(cli: CommandLine, simulator: Simulator) -> None:
    """Without a recording every list property is read, so that nothing is unknown to either."""
    cli.connect(simulator)
    done = cli.run("plan", "prod", "--base", "main")
    assert "unknown" not in done.out
    assert "Impact of this change, against main" in done.out
