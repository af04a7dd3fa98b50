"""`tipstaff`: the table of commands, and the one place where errors become lines and exit statuses."""

from __future__ import annotations

import errno
import os
import signal
import sys

import typer
from typer.exceptions import TyperException

from domain.errors import BadInput, BrokenStore, DiskFull, NewerStore, TipstaffError
from tipstaff.commands import crawl, custody, demo, doctor, finding, model, referral, score, seller, source, stamping

app = typer.Typer(
    help="Watches public boards for offers of car-owner data and keeps the findings for the authorities. "
    "监测公开版块中的车主信息兜售,留存线索供主管机关使用。",
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(source.app, name="source")
app.add_typer(seller.app, name="sellers")
for command in (
    demo.demo, crawl.posts, score.score, crawl.crawl, crawl.runs, finding.findings, finding.show, finding.judge,
    custody.unseal, referral.refer, finding.export, score.evaluate, model.train, model.rescore, custody.key,
    custody.verify, stamping.timestamp, custody.purge, doctor.doctor,
):  # fmt: skip
    app.command()(command)

# A fault of what the user gave (2: nothing was changed) or of what was met while doing it (1).
USAGE_FAULTS = (BadInput, NewerStore, BrokenStore)


def main() -> None:
    """Run one command; every fault that was foreseen is one clear line on standard error."""
    # Being told to end (a service manager, `kill`) is Ctrl-C by another name: what is in hand is finished. A shell
    # starts background jobs deaf to Ctrl-C; a crawl always hears it.
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, signal.default_int_handler)
    try:
        # Not on its own: it would say a wrong option in four lines.
        sys.exit(app(prog_name="tipstaff", standalone_mode=False) or 0)
    except TyperException as fault:
        refuse(fault)
    except TipstaffError as error:
        stop(error, 2 if isinstance(error, USAGE_FAULTS) else 1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        stop(DiskFull(path=error.filename or "the store"), 1)


def refuse(fault: TyperException) -> None:
    """Say what the command line got wrong, on one line; a command that wants another one shows which there are."""
    from tipstaff.settings import spoken_language
    from tipstaff.usage import tell_usage

    wants_more = type(fault).__name__ == "NoArgsIsHelpError"
    line = fault.format_message() if wants_more else f"tipstaff: {tell_usage(fault, spoken_language())}"
    print(line, file=sys.stderr)  # noqa: T201 (this is where lines are said)
    sys.exit(2)


def stop(error: TipstaffError, status: int) -> None:
    """Say what is wrong in the reader's language, and end."""
    from tipstaff.settings import spoken_language

    print(f"tipstaff: {error.say(spoken_language())}", file=sys.stderr)  # noqa: T201 (this is where lines are said)
    sys.exit(status)


if __name__ == "__main__":
    main()
