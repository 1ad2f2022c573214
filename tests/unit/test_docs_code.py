"""What the docs show as code runs, and needs no Django; the examples for CI are what they claim to be."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WHOLE = "`{}`\n\n```yaml\n(.*?)```"


def test_the_policy_is_asked_from_code_without_django(tmp_path: Path) -> None:
    begun = [sys.executable, "-m", "troth", "init", "my-policy", "--country", "DE"]
    subprocess.run(begun, cwd=tmp_path, check=True, capture_output=True)
    page = (ROOT / "docs/how-to/ask-the-policy-in-code.md").read_text()
    code = "\n".join(text for language, text in BLOCK.findall(page) if language == "python")
    assert code.count("permits(") == 2
    code += "\nimport sys\nassert 'django' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_says_that_it_is_typed() -> None:
    import troth

    assert (Path(troth.__file__).parent / "py.typed").exists()
    assert all(getattr(troth, name) for name in troth.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = troth.nothing


def example(name: str) -> Any:
    page = (ROOT / "docs/how-to/check-in-ci.md").read_text()
    found = re.search(WHOLE.format(re.escape(name)), page, re.DOTALL)
    assert found
    return yaml.safe_load(found[1])


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def test_hooks_shown_are_hooks_there_are() -> None:
    shown = example(".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {hook["id"] for hook in shown} == set(hooks()) == {"troth-fmt", "troth-check"}


def test_the_hooks_do_what_a_commit_needs(tmp_path: Path) -> None:
    """As pre-commit calls them: the entry, the args, and the names of the files where it passes them."""
    begun = [sys.executable, "-m", "troth", "init", "my-policy", "--country", "DE"]
    subprocess.run(begun, cwd=tmp_path, check=True, capture_output=True)
    file = tmp_path / "my-policy" / "policy.yaml"
    file.write_text(file.read_text().replace("title: ", "title:    "))
    assert _hook("troth-fmt", ["my-policy/policy.yaml"], tmp_path) == 0
    assert "title: Our" in file.read_text()
    assert _hook("troth-check", ["my-policy"], tmp_path) == 0
    file.write_text(file.read_text().replace("title: ", "titel: "))
    assert _hook("troth-check", ["my-policy"], tmp_path) == 1


def _hook(name: str, arguments: list[str], folder: Path) -> int:
    hook = hooks()[name]
    assert hook["language"] == "python"
    command = [sys.executable, "-m", *hook["entry"].split(), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def test_pipelines_call_commands_there_are(tmp_path: Path) -> None:
    steps = [step.get("run", "") for step in example(".github/workflows/policy.yaml")["jobs"]["policy"]["steps"]]
    lines = [*steps, *example(".gitlab-ci.yml")["policy"]["script"]]
    begun = [sys.executable, "-m", "troth", "init", "my-policy", "--country", "DE"]
    subprocess.run(begun, cwd=tmp_path, check=True, capture_output=True)
    calls = [line for line in lines if line.startswith("troth ")]
    assert len(calls) == 6
    for call in calls:
        line = call.replace("troth ", f"{sys.executable} -m troth ", 1)
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{call}: {done.stderr}"
    assert (tmp_path / "troth.sarif").read_text().startswith('{"$schema"')


def test_every_part_of_the_language_has_an_example_that_is_read() -> None:
    """Most come from policies that are checked; ours are read here, by the schema that the models make."""
    sys.path.insert(0, str(ROOT))
    from jsonschema import Draft202012Validator

    from tools.reference.examples import OURS, example
    from tools.reference.models import reached
    from troth.policy.format import formatted
    from troth.policy.model import Policy
    from troth.policy.schema import schema
    from troth.policy.tree import parse

    parts = [model for model in reached(Policy) if model is not Policy]
    assert not [model.__name__ for model in parts if not example(model)]
    assert set(OURS) <= {model.__name__ for model in parts}
    whole = schema()
    for name, text in OURS.items():
        assert formatted(text, name).text == text
        problems = [
            error.message
            for error in Draft202012Validator(whole).iter_errors(parse(text, name)[0].data)
            if "is a required property" not in error.message
        ]
        assert not problems, name
