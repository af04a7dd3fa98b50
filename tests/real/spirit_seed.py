"""Run by the forum's own Python, inside its project folder: writes threads through Spirit's own models.

Reads [{"board", "title", "posts": [{"author", "text", "minutes_ago"}]}] on standard input; prints for each post, in
order, {"id", "url", "date"}.
"""

import json
import os
import sys
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "local"
sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.contrib.auth import get_user_model
from django.utils import timezone
from spirit.category.models import Category
from spirit.comment.models import Comment
from spirit.core.utils.markdown import Markdown
from spirit.topic.models import Topic

now = timezone.now()


def find_user(name):
    """The user shown as `name`; Spirit folds the case of log-in names and keeps the form as typed for showing."""
    user, made = get_user_model().objects.get_or_create(username=name.lower())
    if made:
        user.st.nickname = name
        user.st.save()
    return user


def write(thread):
    """One thread, floor by floor, as Spirit's own views would leave it."""
    category, _ = Category.objects.get_or_create(title=thread["board"])
    topic = None
    for post in thread["posts"]:
        user = find_user(post["author"])
        date = now - timedelta(minutes=post["minutes_ago"])
        if topic is None:
            topic = Topic.objects.create(
                user=user, category=category, title=thread["title"], date=date, last_active=date
            )
        comment = Comment.objects.create(
            user=user, topic=topic, comment=post["text"], comment_html=Markdown().render(post["text"]), date=date
        )
        topic.increase_comment_count()
        Topic.objects.filter(pk=topic.pk).update(last_active=date)
        yield {"id": comment.pk, "thread": topic.get_absolute_url(), "date": date.isoformat()}


if __name__ == "__main__":
    json.dump([list(write(thread)) for thread in json.load(sys.stdin)], sys.stdout)
