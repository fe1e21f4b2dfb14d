// What the pages cannot do without a script: copying, dialogs, menus that close, ages that grow, the theme without a
// reload, toasts. Everything here improves something that works without it. Listeners sit on the document, so that parts
// that htmx puts in need nothing.
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);

  // --- copying: <button data-copy="id of the element with the text">
  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const label = one("[data-label]", button) ?? button;
    const before = label.textContent;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      getSelection().selectAllChildren(source);
      said = "Selected";
    }
    if (button.dataset.copying) return;
    button.dataset.copying = "yes";
    label.textContent = said;
    say(said);
    setTimeout(() => { label.textContent = before; delete button.dataset.copying; }, 1500);
  }

  // --- popups: <details class="popup"><summary>…</summary><div class="popup-panel">…</div></details>
  function openPopup(details) {
    const panel = one(":scope > .popup-panel", details);
    if (!panel) return;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const title = one("h2, h3", panel);
    if (title) {
      title.id ||= "dialog-title-" + Date.now();
      dialog.setAttribute("aria-labelledby", title.id);
    } else {
      dialog.setAttribute("aria-label", one("summary", details).textContent.trim());
    }
    dialog.append(panel);
    details.append(dialog);
    details.open = true;
    dialog.addEventListener("close", () => {
      details.append(panel);
      dialog.remove();
      details.open = false;
      one("summary", details).focus();
    });
    dialog.showModal();
  }

  // --- menus: <details class="menu">, one open at a time
  function closeMenus(except) {
    for (const menu of all("details.menu[open]")) if (menu !== except && !menu.contains(except)) menu.open = false;
  }

  // --- toasts and what screen readers hear
  function say(text) {
    const region = document.getElementById("said");
    if (region) region.textContent = text;
  }

  function toast(text, kind = "good") {
    const region = document.getElementById("toasts");
    if (!region) return;
    const message = document.createElement("p");
    message.className = "message " + kind;
    message.textContent = text;
    region.append(message);
    setTimeout(() => message.remove(), 6000);
  }

  // --- ages: <time data-age datetime="…">, in the words of the server
  const age = (then) => {
    const minutes = Math.floor((Date.now() - then) / 60000);
    if (minutes < 1) return "just now";
    if (minutes < 60) return minutes + " min ago";
    if (minutes < 24 * 60) return Math.floor(minutes / 60) + " h ago";
    const days = Math.floor(minutes / 1440);
    return days < 30 ? days + " d ago" : null;
  };

  function growOlder(root = document) {
    for (const time of all("time[data-age]", root)) {
      const text = age(Date.parse(time.dateTime));
      if (text && time.textContent !== text) time.textContent = text;
      time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
    }
  }

  // --- charts: what the bar under the pointer says; times of day in the reader's zone
  const clock = (time) => new Date(time).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  const day = (time) => new Date(time).toLocaleDateString(undefined, { day: "numeric", month: "short" });

  function readOut(chart, slot) {
    const readout = one("[data-readout]", chart);
    readout.dataset.total ??= readout.textContent;
    readout.textContent = slot
      ? `${slot.dataset.label}, ${day(slot.dataset.from)} ${clock(slot.dataset.from)}–${clock(slot.dataset.until)}`
      : readout.dataset.total;
  }

  function localTimes(root = document) {
    for (const time of all("time[data-clock]", root)) time.textContent = clock(time.dateTime);
  }

  document.addEventListener("pointerover", (event) => {
    const chart = event.target.closest(".chart");
    if (chart) readOut(chart, event.target.closest(".slot"));
  });
  document.addEventListener("pointerout", (event) => {
    const chart = event.target.closest(".chart");
    if (chart && !chart.contains(event.relatedTarget)) readOut(chart, null);
  });

  // --- theme: the form works alone; this spares the reload
  async function chooseTheme(form, button) {
    const theme = button.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const other of all(".themes button")) other.setAttribute("aria-pressed", String(other.value === theme));
    const fields = new URLSearchParams(new FormData(form, button));
    await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    const button = target.closest("[data-copy]");
    if (button) copy(button);
    const summary = target.closest("details.popup > summary");
    if (summary) {
      event.preventDefault();
      openPopup(summary.parentElement);
    }
    if (target.closest("[data-close]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement) {
      const box = target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) target.close();
    }
    closeMenus(target.closest("details.menu"));
    const dismissed = target.closest("[data-dismiss]");
    if (dismissed) dismissed.closest(".message").remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open]") ?? one("details.menu[open]");
    if (menu) {
      menu.open = false;
      one("summary", menu).focus();
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.themes")) {
      event.preventDefault();
      chooseTheme(event.target, event.submitter);
    }
  });
  // selects and date fields of a toolbar apply at once; its button remains for the keyboard and for no script
  document.addEventListener("change", (event) => {
    if (event.target.matches("form.toolbar[data-auto] :is(select, input[type=date])")) event.target.form.requestSubmit();
  });

  // a file that the server would refuse is refused before it travels: <input type="file" data-max-bytes="…">
  document.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=file][data-max-bytes]")) return;
    const max = Number(event.target.dataset.maxBytes);
    const long = [...event.target.files].some((file) => file.size > max);
    event.target.setCustomValidity(long ? "This file is longer than " + Math.floor(max / 1024 / 1024) + " MiB." : "");
    event.target.reportValidity();
  });

  // --- htmx: server-sent toasts (HX-Trigger: {"toast": {"text": "…", "kind": "good"}}), failures said, live dots
  document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
  document.addEventListener("htmx:load", (event) => {
    growOlder(event.detail.elt);
    localTimes(event.detail.elt);
  });
  const live = (away) => () => { for (const dot of all(".live")) dot.classList.toggle("away", away); };
  const polls = (event) => /^(changed|every)/.test(event.detail.elt.getAttribute?.("hx-trigger") ?? "");
  document.addEventListener("htmx:sendError", (event) => {
    if (polls(event)) live(true)();
    else toast("The gateway could not be reached. Try again.", "bad");
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (polls(event) && event.detail.successful) live(false)(); });
  document.addEventListener("htmx:responseError", (event) => {
    if (polls(event)) return live(true)();
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) toast("Your session has ended, or you may not do this. Reload the page.", "bad");
    else toast("That did not work (error " + status + "). Try again.", "bad");
  });

  // --- the page shown while the database is away: looks every few seconds whether it is back
  const recovering = one("[data-recovers]");
  async function lookAgain() {
    try {
      const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (answer.status !== 503) return location.replace(location.href);
    } catch {
      // the server itself is away: goes on trying
    }
    setTimeout(lookAgain, 3000);
  }
  if (recovering) setTimeout(lookAgain, 3000);

  // what a person is asked about stays until they have answered
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.querySelector("dialog[open]")) event.preventDefault();
  });
  // --- live pages: <div data-live="where its events are">, with parts in it that ask for themselves on "changed". A page
  // that nobody sees does not listen: browsers have six connections to a server, for all of its pages together.
  const sources = new Map();
  function listen(root) {
    if (document.hidden || sources.has(root) || !root.isConnected) return;
    const source = new EventSource(root.dataset.live);
    sources.set(root, source);
    source.onopen = live(false);
    source.addEventListener("changed", () => {
      for (const part of all("[hx-trigger^='changed']", root)) htmx.trigger(part, "changed");
    });
    source.onerror = () => {
      live(true)();
      if (source.readyState !== EventSource.CLOSED) return;
      // refused, not lost: the browser does not try again by itself
      sources.delete(root);
      setTimeout(listen, 10000, root);
    };
  }
  function hear() {
    if (!document.hidden) for (const root of all("[data-live]")) listen(root);
    else {
      for (const source of sources.values()) source.close();
      sources.clear();
    }
  }
  document.addEventListener("visibilitychange", hear);
  hear();

  // a page that answered a form and shows something once: a reload asks for the page, and does not send the form again
  const answered = one("[data-address]");
  if (answered) history.replaceState(null, "", answered.dataset.address);

  for (const popup of all("details.popup[open]")) openPopup(popup);
  growOlder();
  localTimes();
  setInterval(() => growOlder(), 30000);
})();
