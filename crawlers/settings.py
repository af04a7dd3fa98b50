"""Scrapy's settings: polite, quiet, nothing kept between runs. `crawl.py` adds what the plan says."""

from __future__ import annotations

from crawlers.conduct.robots import MOST_REDIRECTS

BOT_NAME = "tipstaff"
SPIDER_MODULES = ["crawlers.spider"]

# One request at a time; when each one goes is decided by conduct.py, in turns that all processes share.
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# For each page Scrapy starts so many tasks that wait for items, and there are none.
CONCURRENT_ITEMS = 1
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
# Threads in the order of their list; nothing is dropped behind the spider's back, which knows its own duplicates.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

# 10 MB: a page of text is never larger, a bomb always is.
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = MOST_REDIRECTS
METAREFRESH_ENABLED = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.6",
}
REFERRER_POLICY = "same-origin"

DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # conduct/robots.py has all of RFC 9309
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # it reads the environment
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # there is no log-in
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "crawlers.browser.drawing.DrawingMiddleware": 540,
    "crawlers.conduct.retries.RetryMiddleware": 550,
    "crawlers.conduct.gate.ConductMiddleware": 950,
}

SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # an error page is read too (walls.py)
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}

DOWNLOAD_HANDLERS = dict.fromkeys(("http", "https"), "crawlers.browser.chromium.BrowserHandler") | dict.fromkeys(
    ("data", "file", "ftp", "s3")
)

COOKIES_ENABLED = True
HTTPCACHE_ENABLED = False
# Scrapy 2.19 would open a server that executes what is posted to it.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
LOG_LEVEL = "WARNING"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
WARN_ON_GENERATOR_RETURN_VALUE = False
