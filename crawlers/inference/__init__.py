"""Pages that nobody wrote a platform for: from bare markup to posts and threads. `verdicts.infer` is the way in."""
