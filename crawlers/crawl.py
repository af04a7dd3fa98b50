"""One Scrapy crawl in this process. The reactor runs once in a process, so the caller starts a child for each crawl."""

from __future__ import annotations

import asyncio
import logging
import signal
import warnings
from typing import Any

from crawlers.intake import Intake
from crawlers.plan import Plan as Plan
from domain.sources import RunOutcome

# Whose words would repeat what notes say already, or quote addresses and pages.
QUIET_LOGGERS = (
    "scrapy",
    "scrapy-playwright",
    "twisted",
    "asyncio",
    "py.warnings",
    "charset_normalizer",
)


def run(plan: Plan, intake: Intake) -> RunOutcome:
    """Crawls `plan.source`, handing everything to `intake` as it comes; the answer says how it ended.

    Network faults never raise. What the intake raises (a TipstaffError: a full disk) ends the crawl and is raised here.
    SIGINT and SIGTERM end it in good order with "interrupted"; a second one at once.
    """
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    quiet_logs()
    stay_offline()
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    process = AsyncCrawlerProcess(settings, install_root_handler=False)

    from crawlers.reader import Reader
    from crawlers.spider import WatchSpider

    reader = Reader(plan.source)
    reader.start()
    crawler = process.create_crawler(WatchSpider)
    task = process.crawl(crawler, plan=plan, intake=intake, reader=reader)
    loop = asyncio.get_event_loop()

    def interrupt() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        if isinstance(crawler.spider, WatchSpider):
            crawler.spider.end("interrupted", "stopped on request; what was delivered stays")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        process.start(install_signal_handlers=False)
    finally:
        reader.end()
    spider, error = crawler.spider, task.exception() if task.done() and not task.cancelled() else None
    if isinstance(spider, WatchSpider) and spider.fault is not None:
        error = spider.fault
    if error is not None:
        raise error
    return spider.outcome() if isinstance(spider, WatchSpider) else RunOutcome("failed", "the crawl did not start")


def stay_offline() -> None:
    """Keeps tldextract, which Scrapy's cookies and url-matcher call, from fetching the public-suffix list."""
    import scrapy.downloadermiddlewares.cookies as cookies
    from tldextract import TLDExtract, tldextract

    offline = TLDExtract(include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None)
    cookies._split_domain = offline
    tldextract.TLD_EXTRACTOR = offline


def quiet_logs() -> None:
    """Nothing below a warning, and nothing at all of libraries that would quote pages or print tracebacks."""
    from twisted.logger import LimitedHistoryLogObserver, globalLogBeginner

    warnings.simplefilter("ignore")
    # Until somebody begins to log, Twisted prints whatever it finds critical, a bad certificate for one.
    nobody: Any = LimitedHistoryLogObserver(0)
    globalLogBeginner.beginLoggingTo([nobody], discardBuffer=True, redirectStandardIO=False)
    logging.getLogger().setLevel(logging.WARNING)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
