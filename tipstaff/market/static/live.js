// 演示 / PRACTICE: draws the live board from its JSON. Without it the page is empty.
"use strict";

const live = document.getElementById("live");

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

function link(className, href, text) {
  const node = make("a", className, text);
  node.href = href;
  return node;
}

function face(user) {
  return make("span", `mk-face mk-hue${user.hue}`, [...user.name][0]);
}

function sayMoment(iso) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / 60000);
  if (minutes < 1) return "刚刚";
  if (minutes < 60) return `${minutes}分钟前`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)}小时前`;
  if (minutes < 1440 * 30) return `${Math.floor(minutes / 1440)}\u00a0天前`;
  return `${Math.floor(minutes / 43200)}月前`;
}

function moment(iso) {
  const node = make("time", "mk-when", sayMoment(iso));
  node.dateTime = iso;
  return node;
}

// Words with their line breaks; nothing in them is markup.
function words(text) {
  const node = make("div", "mk-text");
  text.split("\n").forEach((line, index) => {
    if (index) node.append(document.createElement("br"));
    node.append(line);
  });
  return node;
}

function drawRow(thread) {
  const row = make("li", "mk-row");
  row.dataset.thread = thread.id;
  const about = make("div", "mk-about");
  const by = make("p", "mk-by");
  by.append(link("mk-starter", `/u/${thread.author.id}`, thread.author.name), " ", moment(thread.at));
  about.append(link("mk-title", `/live/t/${thread.id}`, thread.title), by);
  const numbers = make("p", "mk-numbers");
  numbers.append(make("b", "mk-replies", thread.replies), make("span", "mk-views", thread.views));
  const last = make("p", "mk-last");
  const go = link("mk-goto", `/live/t/${thread.id}#p${thread.last.post}`);
  go.append(moment(thread.last.at));
  last.append(make("span", "mk-latest", thread.last.name), make("br"), go);
  row.append(face(thread.author), about, numbers, last);
  return row;
}

function drawPost(thread, post) {
  const article = make("article", "mk-post");
  article.id = `p${post.id}`;
  article.dataset.post = post.id;
  const who = make("aside", "mk-who");
  who.append(face(post.author), link("mk-name", `/u/${post.author.id}`, post.author.name));
  const main = make("div", "mk-main");
  const head = make("header");
  head.append(moment(post.at), link("mk-floor", `/live/t/${thread}#p${post.id}`, post.floor));
  main.append(head);
  if (post.text === null) {
    main.append(make("div", "mk-banned", "提示: 作者被禁止或删除 内容自动屏蔽"));
  } else {
    const body = make("div", "mk-body");
    if (post.quote) {
      const quote = make("blockquote", "mk-quote");
      const quoted = words(post.quote.text);
      quoted.className = "mk-quoted";
      quote.append(make("cite", "", `${post.quote.name} 说`), quoted);
      body.append(quote);
    }
    body.append(words(post.text));
    if (post.edited) {
      const edited = make("p", "mk-edited");
      const when = make("time", "", sayMoment(post.edited));
      when.dateTime = post.edited;
      edited.append(`本帖最后由 ${post.author.name} 于 `, when, " 编辑");
      body.append(edited);
    }
    main.append(body);
  }
  if (post.author.sign) main.append(make("div", "mk-sign", post.author.sign));
  article.append(who, main);
  return article;
}

function drawPager(page, pages) {
  const pager = make("nav", "mk-pager mk-lower");
  const address = (number) => (number === 1 ? "/live/" : `/live/?page=${number}`);
  if (page > 1) pager.append(link("mk-prev", address(page - 1), "‹ 上一页"));
  for (let number = 1; number <= pages; number += 1) {
    pager.append(number === page ? make("b", "", number) : link("", address(number), number));
  }
  if (page < pages) pager.append(link("mk-next", address(page + 1), "下一页 ›"));
  return pager;
}

function crumbs(title) {
  const path = make("p", "mk-crumbs");
  path.append(link("", "/", "首页"), " › ");
  if (title) path.append(link("mk-board-name", "/live/", live.dataset.board), " › ", make("b", "", title));
  else path.append(make("b", "", live.dataset.board));
  return path;
}

async function drawBoard() {
  const page = new URLSearchParams(location.search).get("page") || "1";
  const data = await (await fetch(`/live/data/threads.json?page=${encodeURIComponent(page)}`)).json();
  const board = make("section", "mk-board");
  const head = make("header", "mk-head");
  const name = make("div");
  name.append(make("h1", "mk-board-name", live.dataset.board), make("p", "", live.dataset.about));
  const icon = make("img", "mk-icon");
  icon.src = "/static/icon-live.svg";
  icon.alt = "";
  head.append(icon, name);
  const rows = make("ul", "mk-rows");
  rows.append(...data.threads.map(drawRow));
  board.append(head, rows);
  if (data.pages > 1) board.append(drawPager(data.page, data.pages));
  live.append(crumbs(), board);
}

async function drawThread(id) {
  const answer = await fetch(`/live/data/${id}.json`);
  if (!answer.ok) {
    live.append(make("p", "mk-notice", "抱歉，指定的主题不存在或已被删除"));
    return;
  }
  const data = await answer.json();
  document.title = `${data.title} - ${document.title}`;
  const thread = make("section", "mk-thread");
  thread.dataset.thread = data.id;
  const head = make("header", "mk-head");
  head.append(make("h1", "mk-subject", data.title));
  thread.append(head, ...data.posts.map((post) => drawPost(data.id, post)));
  live.append(crumbs(data.title), thread);
}

(live.dataset.thread ? drawThread(live.dataset.thread) : drawBoard()).finally(() => {
  document.querySelector("main").classList.add("mk-filled");
});
