"""The impact of a change of settings for a comment: what it causes leads, the full list is folded (V3)."""

from reconciler.model.impact import Effect, Impact, Share
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.markdown.changes import rule_words
from reconciler.report.markdown.layout import Section, listed
from reconciler.report.text.impact import against, ending, few, headline, notes, rule_name
from reconciler.report.values import called, many

_LONGEST = 1_000


def impact_sections(impact: Impact) -> list[Section]:
    """Return the impact as sections for `plan_markdown`'s `extra`: it leads, by setting and rule, then everything."""
    since = f"against {against(impact)}"
    told = [*headline(impact), *(words for _, words in notes(impact))]
    used = [each for each in impact.by_setting if each.count]
    unused = len(impact.by_setting) - len(used)
    settings = many(len(impact.by_setting), "setting differs", "settings differ")
    ends = many(len(impact.effects), "asset, user or entry ends", "assets, users and entries end")
    sections = [
        listed("Impact of this change", since, told, _sentence, folded=False),
        listed("impact by setting", f"{settings}{f', {unused:,} without effect' if unused else ''}", used, _setting),
        listed(
            "impact by rule", many(len(impact.by_rule), "rule or reason", "rules and reasons"), impact.by_rule, _rule
        ),
        listed("impact in full", f"{ends} otherwise", impact.effects, _effect),
    ]
    return [each for each in sections if each.count]


def _sentence(words: str) -> str:
    first, colon, rest = words.partition(":")
    bold = f"**{markdown_prose(first + colon)}**" if colon else markdown_prose(first)
    return f"- {bold} {markdown_prose(rest, _LONGEST)}" if rest.strip() else f"- {bold}"


def _examples(share: Share) -> str:
    return markdown_prose(few([called(label) for label in share.examples], share.count), _LONGEST)


def _setting(share: Share) -> str:
    return f"- **{share.count:,}** {markdown_code(share.what)}, {markdown_code(share.words)}: {_examples(share)}"


def _rule(share: Share) -> str:
    why = f", {markdown_prose(share.words)}" if share.words else ""
    return f"- **{share.count:,}** {markdown_prose(rule_name(share))}{why}: {_examples(share)}"


def _effect(effect: Effect) -> str:
    names = dict.fromkeys((called(effect.name), called(effect.label)))
    lines = [f"- {' '.join(markdown_code(name) for name in names)}"]
    for each in effect.attributes:
        why = f", {markdown_prose(each.reason)}" if each.reason else ""
        lines.append(
            f"  - {markdown_prose(each.name)}: {markdown_prose(ending(each))}{why} {rule_words(each.rule)}".rstrip()
        )
    return "\n".join(lines)
