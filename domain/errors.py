"""Everything that can go wrong on purpose.

TipstaffError
├── BadInput                 what the user gave cannot be used; nothing was changed (exit status 2)
│   ├── BadAddress           not an http(s) address
│   ├── UnknownPlatform      a platform name that no file in crawlers/platforms/ answers to
│   ├── UnknownName          no source, finding or file of that name
│   ├── BadValue             a setting, option or field with a value outside its range
│   ├── BadSourceFile        every fault of a file of sources, together
│   ├── BadLine              one line of a JSON-lines file
│   └── Refused              understood, but not allowed (no contact address, a store with real sources, …)
├── CrawlEnded               a crawl stopped short; `reason` is a word of RUN_REASONS
├── NotReferable             a finding whose proof has a gap; nothing was referred
├── StoreFault               the store cannot be used as it is
│   ├── NewerStore           written by a newer version
│   ├── DiskFull             no room left
│   ├── BrokenStore          not a store, or damaged, locked, without its key
│   └── DamagedSeal          a sealed page does not open under its key
└── MissingPart              something this machine lacks; `mend` is the command that gets it

Errors carry facts as attributes and state the fact in English and in Chinese: `str(error)` is the
English line, `error.say("zh")` the Chinese one.
"""

from __future__ import annotations

from typing import ClassVar


class TipstaffError(Exception):
    """The root. Subclasses give `en` and `zh`, templates over the keyword facts they are raised with."""

    en: ClassVar[str] = "{what}"
    zh: ClassVar[str] = "{what}"

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts
        self.__dict__.update(facts)

    def say(self, language: str) -> str:
        """The one line for the person at the desk; `language` is "zh" or anything else for English."""
        return (self.zh if language == "zh" else self.en).format(**self.facts)

    def __str__(self) -> str:
        return self.say("en")


class BadInput(TipstaffError):
    """What the user gave cannot be used; nothing was changed."""


class BadAddress(BadInput):
    """Raised with `address` and `why`."""

    en = "not an address that can be watched: {address} ({why}); give a full one, as in https://example.org/forum/"
    zh = "无法监测的地址:{address}({why});请给出完整网址,例如 https://example.org/forum/"


class UnknownPlatform(BadInput):
    """Raised with `name` and `known` (the names there are, joined)."""

    en = "unknown platform: {name}; known: {known}; leave it out and the page itself will tell"
    zh = "未知平台:{name};已知平台:{known};不填则由页面自动识别"


class UnknownName(BadInput):
    """Raised with `kind` ("source", "finding", "file", …) and `name`."""

    en = "no {kind} called {name}"
    zh = "没有名为 {name} 的 {kind}"


class BadValue(BadInput):
    """Raised with `name`, `value` and `want` (what would do)."""

    en = "{name} cannot be {value}; it wants {want}"
    zh = "{name} 不能是 {value};应为 {want}"


class BadSourceFile(BadInput):
    """Raised with `path` and `faults`: a tuple of one-line strings, all the faults of the file."""

    faults: tuple[str, ...]

    en = "{path}: {count} fault(s), nothing was imported:\n{listing}"
    zh = "{path}:{count} 处错误,未导入任何来源:\n{listing}"

    def __init__(self, *, path: str, faults: tuple[str, ...]) -> None:
        listing = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
        super().__init__(path=path, faults=faults, count=len(faults), listing=listing)


class BadLine(BadInput):
    """Raised with `number` (from 1) and `why`."""

    en = "line {number}: {why}"
    zh = "第 {number} 行:{why}"


class Refused(BadInput):
    """Raised with `what` (what was asked) and `mend` (what would make it possible)."""

    en = "refused: {what}; {mend}"
    zh = "已拒绝:{what};{mend}"


class CrawlEnded(TipstaffError):
    """A crawl stopped short. Raised with `reason` (a word of RUN_REASONS), `address` and `detail`."""

    reason: str
    en = "{address}: {reason} ({detail})"
    zh = "{address}:{reason}({detail})"


class NotReferable(TipstaffError):
    """A finding whose proof has a gap. Raised with `finding` (its id) and `gaps`: what does not hold, one line each."""

    gaps: tuple[str, ...]

    en = "finding {finding} cannot be referred, its proof has gaps: {listing}; see tipstaff verify --store"
    zh = "线索 {finding} 不能移送,证据链存在缺口:{listing};请运行 tipstaff verify --store 查看"

    def __init__(self, *, finding: str, gaps: tuple[str, ...]) -> None:
        super().__init__(finding=finding, gaps=gaps, listing="; ".join(gaps))


class StoreFault(TipstaffError):
    """The store cannot be used as it is."""


class NewerStore(StoreFault):
    """Raised with `path`, `found` and `known` (schema revisions)."""

    en = "the store {path} was written by a newer Tipstaff (schema {found}, this one knows {known}); upgrade Tipstaff"
    zh = "数据库 {path} 由更新版本的 Tipstaff 写入(结构 {found},本版本为 {known});请升级 Tipstaff"


class DiskFull(StoreFault):
    """Raised with `path`."""

    en = "no room left on the disk of {path}; what was stored before stays; make room and run the command again"
    zh = "{path} 所在磁盘已满;此前已存储的内容不受影响;请腾出空间后重新运行"


class BrokenStore(StoreFault):
    """Raised with `path` and `why`."""

    en = "the store {path} cannot be used: {why}"
    zh = "数据库 {path} 无法使用:{why}"


class DamagedSeal(StoreFault):
    """A sealed page does not open under its key. Raised with `page`."""

    en = "the sealed page {page} does not open: its bytes or its key were changed or are gone"
    zh = "封存页面 {page} 无法打开:其内容或密钥已被更改或丢失"


class MissingPart(TipstaffError):
    """This machine lacks a part. Raised with `part` and `mend` (the command that gets it)."""

    en = "{part} is missing; to mend it run: {mend}"
    zh = "缺少 {part};修复命令:{mend}"
