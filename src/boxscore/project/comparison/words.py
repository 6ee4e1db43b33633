"""What a comparison says in words, the answer first."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
SIZES = {"APs": "Small", "APm": "Medium", "APl": "Large"}
SURE = 0.05
"""Adjusted p up to which a class or a group is called better or worse."""


def verdict(low: float | None, high: float | None) -> str:
    """What an interval of a difference says: better, worse or cannot tell."""
    if low is None or high is None:
        return "cannot tell"
    return "better" if low > 0 else "worse" if high < 0 else "cannot tell"


def verdict_of_flips(counts: Document, q: float | None) -> str:
    """What the objects that changed sides say, after the adjustment for many questions."""
    if q is None or q > SURE:
        return "cannot tell"
    return "better" if counts["fixed"] > counts["broken"] else "worse"


def sentences(pair: Document, images: int, by: str | None) -> list[str]:
    """Better or worse and by how much; which objects changed; which size changed most; the rest."""
    first, second = pair["first"], pair["second"]
    name = pair["headline"]
    found = pair["metrics"][name]
    words = {
        "better": f"{second} is better than {first}",
        "worse": f"{second} is worse than {first}",
        "cannot tell": f"Cannot tell whether {second} is better than {first}",
    }[found["verdict"]]
    where = "1 image" if images == 1 else f"{images} images"
    lines = [f"{words}: {name} {change(found)}, on {where}.", _flips(pair)]
    lines += _sizes(pair) + _false_alarms(pair) + _many(pair["per_class"], "class")
    return lines + (_many(pair["groups"], by) if by else [])


def _flips(pair: Document) -> str:
    flips = pair["flips"]
    return (
        f"{pair['followed'].capitalize()}: {flips['broken']} broken, {flips['fixed']} fixed, "
        f"{flips['right_in_both']} right in both, {flips['wrong_in_both']} wrong in both "
        f"(McNemar p {flips['p']:.2g})."
    )


def _sizes(pair: Document) -> list[str]:
    """The size that changed most; nothing when none did."""
    metrics = pair["metrics"]
    sizes = [n for n in SIZES if n in metrics and metrics[n]["difference"]]
    if not sizes:
        return []
    name = max(sizes, key=lambda n: abs(metrics[n]["difference"]))
    verb = {"worse": "lost", "better": "gained", "cannot tell": "changed"}[metrics[name]["verdict"]]
    return [f"{SIZES[name]} objects {verb} most: {name} {change(metrics[name])}."]


def _false_alarms(pair: Document) -> list[str]:
    found = pair["false_positives"]
    if found is None:
        return []
    return [
        f"False positives: {found['new']} new, {found['removed']} gone, {found['kept']} in both."
    ]


def _many(rows: list[Document], what: str) -> list[str]:
    """Classes or groups that can be told apart."""
    lines = []
    plural = {"class": "classes", "size": "sizes"}.get(what, f"{what}s")
    for word in ("worse", "better"):
        names = [row["name"] for row in rows if row["verdict"] == word]
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            lines.append(f"{word.capitalize()} {plural}: {', '.join(names[:5])}{more}.")
    return lines


def change(found: Document) -> str:
    """The change of a number with its interval."""
    if found["difference"] is None:
        return "is undefined"
    words = f"{found['difference']:+.3f}"
    if found["low"] is None:
        return f"{words} ({found['reason']})"
    return f"{words} (95 % {found['low']:+.3f} to {found['high']:+.3f})"
