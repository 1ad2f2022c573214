"""`troth translate`: what of a policy is not translated, and the file to write it in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.load import Loaded
    from troth.policy.localise import Completeness
    from troth.policy.model import Policy

SHOWN = 60
"""How much of a text a line of the list shows, in characters."""


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")],
    language: Annotated[str, typer.Argument(help="The language, by its tag: `de`, `pt-BR`.")],
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Bring `translations/LANGUAGE.yaml` of the policy up to date; what is there stays."
        ),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """What of a policy is not translated yet. Exit code 1 if anything is missing or outdated and nothing is written."""
    from troth.policy.load import load
    from troth.policy.localise import completeness
    from troth.policy.problems import Unreadable

    _tag(language)
    try:
        loaded = load(folder, today=ground.clock().date())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)
    policy = loaded.policy or _unsound(loaded, folder)
    done = completeness(policy, language)
    target = out or (folder / "translations" / f"{language}.yaml" if write else None)
    if target:
        _write(target, policy, language)
    if json:
        print_json(_data(done, loaded, policy) | {"written": str(target) if target else None})
    else:
        _report(done, loaded, folder, policy, target)
    raise typer.Exit(int(Exit.FINE if target or (done.whole and not done.unused) else Exit.BROKEN))


def _tag(language: str) -> None:
    from troth.policy.checks.translations import TAG

    if not TAG.fullmatch(language):
        fail(f"`{language}` is no language tag", Exit.USAGE, help="write one such as `de` or `pt-BR`")


def _unsound(loaded: "Loaded", folder: Path) -> NoReturn:
    errors = sum(problem.stops for problem in loaded.problems)
    fail(
        f"the policy has {errors} error{'' if errors == 1 else 's'}, so its texts are not certain",
        help=f"`troth check {folder}` tells them; put them right first",
    )


def _write(target: Path, policy: "Policy", language: str) -> None:
    from troth.policy.languages.filling import Unfit, filled

    try:
        before = target.read_text("utf-8") if target.exists() else ""
        after = filled(before, target.name, policy, language)
        if after != before:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(after, "utf-8")
    except UnicodeDecodeError:
        fail(f"cannot read `{target}`: it is not UTF-8", Exit.UNKNOWN, help="save the file as UTF-8")
    except OSError as error:
        fail(f"cannot write `{target}`: {error.strerror}", Exit.UNKNOWN)
    except Unfit as error:
        fail(f"cannot bring `{target}` up to date: {error}")


def _outdated(done: "Completeness", policy: "Policy") -> list[tuple[str, str]]:
    """The unused translations: place, text."""
    entries = policy.translations.get(done.language, ())
    return [(f"translations.{done.language}.{i}.text", entries[i].text) for i in done.unused]


def _data(done: "Completeness", loaded: "Loaded", policy: "Policy") -> dict[str, object]:
    def listed(entries: list[tuple[str, str]]) -> list[dict[str, object]]:
        places = ((path, text, loaded.places.get(path)) for path, text in entries)
        return [{"where": p, "text": t, "file": at and at.file, "line": at and at.line} for p, t, at in places]

    return {
        "language": done.language,
        "offered": done.language in policy.languages,
        "complete": done.whole,
        "texts": {
            "all": done.texts,
            "translated": done.have,
            "missing": listed([(path, text) for text, path in done.missing.items()]),
            "outdated": listed(_outdated(done, policy)),
        },
        "wording": {"all": done.wording, "missing": dict(done.wording_missing)},
    }


def _report(done: "Completeness", loaded: "Loaded", folder: Path, policy: "Policy", target: Path | None) -> None:
    from troth.policy.plain import count

    outdated = _outdated(done, policy)
    if not target:
        _list("not translated", [(path, text) for text, path in done.missing.items()], loaded, folder)
        _list("outdated: the policy has no such text", outdated, loaded, folder)
        _words(done)
    have = f"{done.language}: {done.have} of {count(done.texts, 'text')} translated"
    say(f"{have}, {len(outdated)} outdated; {_pages(done)}")
    if target:
        say(f"written: {target}; look for `says:` with nothing after it")
    elif not done.whole or outdated:
        say(f"help: `troth translate {folder} {done.language} --write` makes or updates the file to fill in")
    if done.language not in policy.languages:
        say(f"help: readers are offered it once `languages` of the policy lists `{done.language}`")


def _pages(done: "Completeness") -> str:
    missing = len(done.wording_missing)
    return f"{missing} of {done.wording} words of the pages missing" if missing else "the words of the pages are there"


def _list(title: str, entries: list[tuple[str, str]], loaded: "Loaded", folder: Path) -> None:
    if not entries:
        return
    say(f"{title}:")
    for path, text in entries:
        place = loaded.places.get(path)
        at = f"{folder / place.file}:{place.line}" if place else path
        say(f"  {at}: {text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}")
    say()


def _words(done: "Completeness") -> None:
    if done.wording_missing:
        say("words of the pages that are told in English:")
        for key, english in done.wording_missing.items():
            say(f"  {key}: {english if len(english) <= SHOWN else english[: SHOWN - 1] + '…'}")
        say()
