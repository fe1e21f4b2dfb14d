// The list of requests: new rows by server-sent events, a pause, the keyboard, details beside the list, and proposals for the
// search. Without it the page is a list with links.
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const list = one("[data-requests]");
  if (!list) return;
  const table = one("table", list);
  const body = one("tbody", list);
  const split = document.getElementById("requests-split");
  const search = document.getElementById("requests-q");

  // --- times of day, in the reader's zone
  const today = () => new Date().toDateString();
  function localTimes(root) {
    for (const time of root.querySelectorAll("time[data-moment]")) {
      const at = new Date(time.dateTime);
      const clock = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
      time.textContent = at.toDateString() === today() ? clock : at.toLocaleDateString(undefined, { day: "numeric", month: "short" }) + " " + clock.slice(0, 5);
      time.title = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
    }
  }

  // --- new rows. They wait in a map by their id, at most as many as are shown, and go in frame by frame.
  const MAX_ROWS = 500;
  const PER_FRAME = 60;
  const waiting = new Map();
  const pause = one("[data-pause]", list);
  const state = one("[data-state]", list);
  const count = one("[data-count]", list);
  let paused = false;
  let arrived = 0;
  let scheduled = false;
  let last = list.dataset.newest;
  let source = null;
  let reloading = false;
  let stale = false;

  function receive(html) {
    const holder = document.createElement("template");
    holder.innerHTML = "<table><tbody>" + html + "</tbody></table>";
    for (const row of holder.content.querySelectorAll("tr")) {
      if (!waiting.delete(row.id) && !document.getElementById(row.id)) arrived++;
      waiting.set(row.id, row);
    }
    for (const id of waiting.keys()) {
      if (waiting.size <= MAX_ROWS) break;
      waiting.delete(id);
    }
    show();
  }

  function show() {
    if (paused) return tellPause();
    if (reloading || scheduled || waiting.size === 0) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (!paused && !reloading) put();
      show();
    });
  }

  function put() {
    const fresh = waiting.size <= 20;
    const rows = [...waiting.values()].slice(0, PER_FRAME);
    const top = document.createDocumentFragment();
    for (const row of rows) {
      waiting.delete(row.id);
      localTimes(row);
      const before = document.getElementById(row.id);
      if (before) {
        const focused = before.contains(document.activeElement);
        if (before.classList.contains("selected")) row.classList.add("selected");
        before.replaceWith(row);
        if (focused) one("a", row).focus({ preventScroll: true });
      } else {
        if (fresh) row.classList.add("fresh");
        top.prepend(row);
      }
    }
    const seen = scrolledPast();
    body.prepend(top);
    while (body.rows.length > MAX_ROWS) body.lastElementChild.remove();
    if (seen) window.scrollBy(0, seen.getBoundingClientRect().top - seen.dataset.top);
    table.hidden = false;
    for (const empty of list.querySelectorAll("[data-empty]")) empty.remove();
    tellCount();
    if (arrived > 0) announce();
  }

  // who has scrolled down keeps seeing what they read
  function scrolledPast() {
    if (CSS.supports("overflow-anchor: auto") || body.getBoundingClientRect().top >= 0) return null;
    const row = [...body.rows].find((one) => one.getBoundingClientRect().top >= 0);
    if (row) row.dataset.top = row.getBoundingClientRect().top;
    return row;
  }

  let announced = 0;
  function announce() {
    const now = Date.now();
    if (now - announced < 10000) return;
    announced = now;
    const said = document.getElementById("said");
    if (said) said.textContent = arrived === 1 ? "1 new request" : arrived + " new requests";
    arrived = 0;
  }

  function tellCount() {
    if (count) count.textContent = body.rows.length + (body.rows.length === 1 ? " request" : " requests") + " shown";
    const older = one("[data-older]", list);
    const end = body.lastElementChild;
    if (!older || !end || body.rows.length < MAX_ROWS) return;
    const link = new URL(older.href);
    link.searchParams.set("before", end.dataset.seq);
    older.href = link.pathname + link.search;
    older.hidden = false;
  }

  function tellPause() {
    if (!pause) return;
    pause.textContent = paused ? (waiting.size ? "Resume (" + (waiting.size >= MAX_ROWS ? MAX_ROWS + "+" : waiting.size) + ")" : "Resume") : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    state.textContent = paused ? "Paused" : "Updates by itself";
    state.classList.toggle("away", paused);
  }

  function togglePause() {
    if (!pause) return;
    paused = !paused;
    tellPause();
    if (!paused && stale) reload();
    else show();
  }

  // too much was missed: the list as it is now, without leaving the page. What comes meanwhile waits, and of that only what is
  // newer than the list as it came.
  async function reload() {
    if (paused || reloading) {
      stale = true;
      return;
    }
    reloading = true;
    stale = false;
    waiting.clear();
    try {
      const answer = await fetch(location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = one("[data-requests]", page);
      if (now) replace([...one("tbody", now).rows], Number(now.dataset.newest));
    } catch {
      stale = true;
    }
    reloading = false;
    if (stale) setTimeout(reload, 1000);
    show();
  }

  function replace(rows, newest) {
    const selected = one("tr.selected", body)?.id;
    body.replaceChildren(...rows.map((row) => document.adoptNode(row)));
    if (selected) document.getElementById(selected)?.classList.add("selected");
    for (const [id, row] of waiting) {
      if (Number(row.dataset.seq) <= newest && !document.getElementById(id)) waiting.delete(id);
    }
    localTimes(body);
    table.hidden = body.rows.length === 0;
    tellCount();
  }

  const away = (yes) => { if (!paused) state?.classList.toggle("away", yes); };
  function listen() {
    if (!list.dataset.live || document.hidden || source) return;
    source = new EventSource(list.dataset.live + "?q=" + encodeURIComponent(list.dataset.q ?? "") + "&after=" + last);
    source.onopen = () => away(false);
    source.addEventListener("rows", (event) => {
      last = event.lastEventId;
      receive(event.data);
    });
    source.addEventListener("reload", (event) => {
      last = event.lastEventId;
      reload();
    });
    source.onerror = () => {
      away(true);
      if (source?.readyState !== EventSource.CLOSED) return;
      // refused, not lost: the browser does not try again by itself
      source = null;
      setTimeout(listen, 10000);
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return listen();
    source?.close();
    source = null;
  });
  window.addEventListener("pagehide", () => source?.close());
  pause?.addEventListener("click", togglePause);

  // --- one request beside the list, where there is room
  const room = matchMedia("(min-width: 75rem)");
  const pane = document.getElementById("pane");
  const paneBody = document.getElementById("pane-body");
  const splitter = one(".list-splitter", split);
  const isOpen = () => split.classList.contains("open");
  let loading = 0;

  function select(row) {
    one("tr.selected", body)?.classList.remove("selected");
    row.classList.add("selected");
    one("a", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (isOpen()) open(row, 120);
  }

  function open(row, delay = 0) {
    const link = one("a", row);
    if (!room.matches) return location.assign(link.href);
    one("tr.selected", body)?.classList.remove("selected");
    row.classList.add("selected");
    split.classList.add("open");
    pane.hidden = false;
    splitter.hidden = false;
    history.replaceState(null, "", "#" + row.id);
    clearTimeout(loading);
    loading = setTimeout(() => {
      htmx.ajax("GET", link.getAttribute("href"), { target: "#pane-body", swap: "innerHTML" }).then(() => { paneBody.scrollTop = 0; });
    }, delay);
  }

  function shut() {
    split.classList.remove("open");
    pane.hidden = true;
    splitter.hidden = true;
    paneBody.replaceChildren();
    history.replaceState(null, "", location.pathname + location.search);
    one("tr.selected a", body)?.focus({ preventScroll: true });
  }

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (!row || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || String(getSelection())) return;
    const onLink = event.target.closest("a");
    if (onLink && !room.matches) return;
    event.preventDefault();
    open(row);
  });
  one("[data-shut]", pane).addEventListener("click", shut);
  room.addEventListener("change", () => { if (!room.matches && isOpen()) shut(); });

  // --- its width: by pointer and by keyboard, remembered by this browser
  const WIDTH = "requests-pane";
  function width(percent) {
    const bounded = Math.min(75, Math.max(25, Math.round(percent)));
    split.style.setProperty("--pane", bounded + "%");
    splitter.setAttribute("aria-valuenow", bounded);
    return bounded;
  }
  function remember(percent) {
    try { localStorage.setItem(WIDTH, width(percent)); } catch { width(percent); }
  }
  try { width(Number(localStorage.getItem(WIDTH)) || 48); } catch { width(48); }
  splitter.addEventListener("pointerdown", (event) => {
    splitter.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  splitter.addEventListener("pointermove", (event) => {
    if (!splitter.hasPointerCapture(event.pointerId)) return;
    const box = split.getBoundingClientRect();
    remember(((box.right - event.clientX) / box.width) * 100);
  });
  splitter.addEventListener("keydown", (event) => {
    const now = Number(splitter.getAttribute("aria-valuenow"));
    const to = { ArrowLeft: now + 2, ArrowRight: now - 2, Home: 75, End: 25 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    remember(to);
  });

  // --- keys: j and k everywhere, arrows once a row has the focus
  const typing = (element) => element?.closest("input, textarea, select, [contenteditable], dialog");
  function step(by) {
    const rows = [...body.rows];
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.classList.contains("selected"));
    select(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]);
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || one("dialog[open]")) return;
    const inList = body.contains(event.target);
    if (event.key === "j" || (inList && event.key === "ArrowDown")) step(1);
    else if (event.key === "k" || (inList && event.key === "ArrowUp")) step(-1);
    else if (event.key === "Enter" && inList) open(event.target.closest("tr"));
    else if (event.key === "Escape" && isOpen()) shut();
    else if (event.key === "p") togglePause();
    else if (event.key === "/") search.focus();
    else return;
    event.preventDefault();
  });
  body.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr");
    if (row && !row.classList.contains("selected")) {
      one("tr.selected", body)?.classList.remove("selected");
      row.classList.add("selected");
    }
  });

  // --- proposals for the word that is being typed
  const proposals = JSON.parse(search.dataset.proposals);
  const box = document.getElementById("requests-proposals");
  let chosen = -1;
  function word() {
    const upTo = search.value.slice(0, search.selectionStart);
    const start = upTo.lastIndexOf(" ") + 1;
    return { start, text: upTo.slice(start) };
  }
  function propose() {
    const { text } = word();
    const minus = text.startsWith("-") ? "-" : "";
    const typed = text.slice(minus.length).toLowerCase();
    const fits = typed.length === 0 ? [] : proposals.filter((one) => one.toLowerCase().startsWith(typed) && one.toLowerCase() !== typed).slice(0, 12);
    chosen = -1;
    box.replaceChildren(...fits.map((fit, at) => {
      const item = document.createElement("li");
      item.id = "requests-proposal-" + at;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = minus + fit;
      return item;
    }));
    box.hidden = fits.length === 0;
    search.setAttribute("aria-expanded", String(!box.hidden));
    search.removeAttribute("aria-activedescendant");
  }
  function hideProposals() {
    box.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  }
  function mark(at) {
    chosen = (at + box.children.length) % box.children.length;
    for (const item of box.children) item.setAttribute("aria-selected", String(item === box.children[chosen]));
    search.setAttribute("aria-activedescendant", box.children[chosen].id);
    box.children[chosen].scrollIntoView({ block: "nearest" });
  }
  function accept(item) {
    const { start, text } = word();
    const rest = search.value.slice(start + text.length);
    const open = /[:/=>]$/.test(item.textContent);
    const added = item.textContent + (open || rest.startsWith(" ") ? "" : " ");
    search.value = search.value.slice(0, start) + added + rest;
    search.setSelectionRange(start + added.length, start + added.length);
    search.focus();
    hideProposals();
  }
  search.addEventListener("input", propose);
  search.addEventListener("blur", () => setTimeout(hideProposals, 150));
  search.addEventListener("keydown", (event) => {
    if (box.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen < 0 ? -1 : chosen - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) accept(box.children[chosen]);
    else if (event.key === "Escape") hideProposals();
    else return;
    event.preventDefault();
  });
  box.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) accept(item);
  });

  localTimes(body);
  tellCount();
  listen();
  const asked = location.hash && document.getElementById(location.hash.slice(1));
  if (asked && body.contains(asked) && room.matches) open(asked);
})();
