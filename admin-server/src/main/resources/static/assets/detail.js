// One recorded request, on its page or beside the list: tabs, the line between the sides, keys, paths to copy. Works on whatever
// htmx puts in, since listeners sit on the document. What is remembered is the reader's own, in this browser.
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const KEPT = "portr.request";

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch {
      return {};
    }
  }

  function keep(name, value) {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [name]: value }));
    } catch {
      // a browser that keeps nothing
    }
  }

  // --- tabs
  function choose(tab, focus) {
    const list = tab.closest("[role=tablist]");
    for (const other of all("[role=tab]", list)) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(other.getAttribute("aria-controls"));
      if (panel) panel.hidden = !chosen;
    }
    if (focus) tab.focus();
  }

  function remember(tab) {
    const side = tab.closest("[data-side]")?.dataset.side;
    if (side) keep(side, tab.dataset.tab);
  }

  function step(tab, key) {
    const tabs = [...all("[role=tab]", tab.closest("[role=tablist]"))];
    const at = tabs.indexOf(tab);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[key];
    return next === undefined ? null : tabs[(next + tabs.length) % tabs.length];
  }

  // --- the line between the sides
  function split(line, percent) {
    const value = Math.min(80, Math.max(20, Math.round(percent)));
    line.parentElement.style.setProperty("--split", value);
    line.setAttribute("aria-valuenow", value);
    return value;
  }

  document.addEventListener("pointerdown", (event) => {
    const line = event.target.closest?.(".splitter");
    if (!line) return;
    event.preventDefault();
    line.setPointerCapture(event.pointerId);
    line.classList.add("dragged");
    const box = line.parentElement.getBoundingClientRect();
    let value = 0;
    const move = (moved) => { value = split(line, ((moved.clientX - box.left) / box.width) * 100); };
    const end = () => {
      line.classList.remove("dragged");
      line.removeEventListener("pointermove", move);
      if (value) keep("split", value);
    };
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", end, { once: true });
  });
  document.addEventListener("dblclick", (event) => {
    const line = event.target.closest?.(".splitter");
    if (line) keep("split", split(line, 50));
  });

  // --- one side at a time where there is no room for two
  function showSide(button) {
    const exchange = button.closest(".exchange");
    one(".split", exchange).dataset.side = button.dataset.showSide;
    for (const other of all("[data-show-side]", exchange)) other.setAttribute("aria-pressed", String(other === button));
    keep("side", button.dataset.showSide);
  }

  async function copyPath(button) {
    const path = button.closest("[data-path]").dataset.path;
    try {
      await navigator.clipboard.writeText(path);
      const said = document.getElementById("said");
      if (said) said.textContent = "Copied " + path;
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1500);
    } catch {
      prompt("The path", path);
    }
  }

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.(".exchange [role=tab]");
    if (tab && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      choose(tab);
      remember(tab);
    }
    const side = event.target.closest?.("[data-show-side]");
    if (side) showSide(side);
    const path = event.target.closest?.("[data-copy-path]");
    if (path) {
      // not the fold that it stands in
      event.preventDefault();
      copyPath(path);
    }
  });

  // --- keys: 1-4 a tab on both sides, 5 the messages, c to copy it, j and k the next and the previous request, u the list
  const writes = (element) => element?.closest?.("input, textarea, select, [contenteditable], dialog[open]");

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const line = event.target.closest?.(".splitter");
    if (line) {
      const now = Number(line.getAttribute("aria-valuenow"));
      const next = { ArrowLeft: now - 2, ArrowRight: now + 2, Home: 20, End: 80, Enter: 50 }[event.key];
      if (next !== undefined) {
        event.preventDefault();
        keep("split", split(line, next));
      }
      return;
    }
    const tab = event.target.closest?.(".exchange [role=tab]");
    const neighbour = tab && step(tab, event.key);
    if (neighbour) {
      event.preventDefault();
      choose(neighbour, true);
      remember(neighbour);
      return;
    }
    const exchange = one(".exchange");
    if (!exchange || writes(event.target)) return;
    const name = ["headers", "body", "raw", "trailers"][Number(event.key) - 1];
    if (name) {
      for (const chosen of all(`[role=tab][data-tab="${name}"]`, exchange)) {
        choose(chosen);
        remember(chosen);
      }
    }
    if (event.key === "5") document.getElementById("messages-title")?.focus();
    if (event.key === "c") one("summary[data-key=c]", exchange)?.click();
    if (exchange.dataset.alone !== undefined) one(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });

  // --- what was chosen before
  function prepare(root) {
    for (const exchange of root.matches?.(".exchange") ? [root] : all(".exchange", root)) {
      const before = kept();
      const line = one(".splitter", exchange);
      if (line && before.split) split(line, before.split);
      one(".split", exchange)?.classList.add("one-side");
      const side = before.side && one(`[data-show-side="${before.side === "response" ? "response" : "request"}"]`, exchange);
      if (side) showSide(side);
      const asked = new URLSearchParams(location.search);
      for (const name of ["request", "response"]) {
        const tab = before[name] && one(`.side[data-side="${name}"] [role=tab][data-tab="${CSS.escape(before[name])}"]`, exchange);
        // nobody wants to be shown that there is no body
        const empty = tab?.dataset.tab === "body" && !one(`#${name}-body .body-bar`, exchange);
        if (tab && !empty && !asked.has(name)) choose(tab);
      }
    }
  }

  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  prepare(document);
})();
