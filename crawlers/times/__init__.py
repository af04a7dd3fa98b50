"""The parts of reading a time: clocks, spans back from now, the almanac of dates. `crawlers.dates` is the way in."""
