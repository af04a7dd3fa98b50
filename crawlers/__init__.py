"""From a watched source to pages and posts: one spider, page objects for each platform, and good conduct."""
