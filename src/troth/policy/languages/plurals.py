"""Which form a number takes, by language: the categories of Unicode's CLDR for whole numbers.

Languages not named here know `one` for 1 and `other` for the rest.
"""

from collections.abc import Callable, Mapping

CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def category(language: str, number: int) -> str:
    """`one`, `few`, … for a whole number in a language (`pl`, `pt-BR`)."""
    return _RULES.get(language.partition("-")[0], _one)(abs(number))


def forms(language: str) -> tuple[str, ...]:
    """The categories that whole numbers take in a language, in the order of `CATEGORIES`."""
    taken = {category(language, number) for number in range(201)}
    return tuple(name for name in CATEGORIES if name in taken)


def _one(n: int) -> str:
    return "one" if n == 1 else "other"


def _zero_or_one(n: int) -> str:
    return "one" if n < 2 else "other"


def _none(_: int) -> str:
    return "other"


def _east_slavic(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _south_slavic(n: int) -> str:
    found = _east_slavic(n)
    return "other" if found == "many" else found


def _polish(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _czech(n: int) -> str:
    return "one" if n == 1 else "few" if n in (2, 3, 4) else "other"


def _slovene(n: int) -> str:
    return {1: "one", 2: "two", 3: "few", 4: "few"}.get(n % 100, "other")


def _lithuanian(n: int) -> str:
    if n % 100 in range(11, 20):
        return "other"
    return "one" if n % 10 == 1 else "few" if n % 10 else "other"


def _latvian(n: int) -> str:
    if n % 10 == 0 or n % 100 in range(11, 20):
        return "zero"
    return "one" if n % 10 == 1 else "other"


def _romanian(n: int) -> str:
    return "one" if n == 1 else "few" if n == 0 or n % 100 in range(1, 20) else "other"


def _irish(n: int) -> str:
    if n in (1, 2):
        return "one" if n == 1 else "two"
    return "few" if n in range(3, 7) else "many" if n in range(7, 11) else "other"


def _maltese(n: int) -> str:
    if n in (1, 2):
        return "one" if n == 1 else "two"
    return "few" if n == 0 or n % 100 in range(3, 11) else "many" if n % 100 in range(11, 20) else "other"


def _arabic(n: int) -> str:
    if n < 3:
        return ("zero", "one", "two")[n]
    return "few" if n % 100 in range(3, 11) else "many" if n % 100 > 10 else "other"


def _hebrew(n: int) -> str:
    return "one" if n == 1 else "two" if n == 2 else "other"


_RULES: Mapping[str, Callable[[int], str]] = (
    dict.fromkeys(("fr", "pt", "hy", "hi", "fa"), _zero_or_one)
    | dict.fromkeys(("ja", "zh", "ko", "th", "vi", "id", "ms"), _none)
    | dict.fromkeys(("ru", "uk", "be"), _east_slavic)
    | dict.fromkeys(("hr", "sr", "bs"), _south_slavic)
    | dict.fromkeys(("cs", "sk"), _czech)
    | {"pl": _polish, "sl": _slovene, "lt": _lithuanian, "lv": _latvian, "ro": _romanian}
    | {"ga": _irish, "mt": _maltese, "ar": _arabic, "he": _hebrew}
)
