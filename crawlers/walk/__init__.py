"""Where a crawl stands, what it asks for next, what it need not ask for again, and what it has come to."""
