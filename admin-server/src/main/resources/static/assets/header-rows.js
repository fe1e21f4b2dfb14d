// Header fields as rows instead of lines: <textarea data-header-rows> stays what is sent, and is written anew with every
// change. Without the script the lines are edited as text.
(() => {
  const button = (label, icon, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "icon-button";
    made.title = label;
    made.setAttribute("aria-label", label);
    made.textContent = icon;
    made.addEventListener("click", press);
    return made;
  };
  const field = (label, value, className, changed) => {
    const made = document.createElement("input");
    made.className = className;
    made.setAttribute("aria-label", label);
    made.autocomplete = "off";
    made.spellcheck = false;
    made.value = value;
    made.addEventListener("input", changed);
    return made;
  };

  for (const text of document.querySelectorAll("textarea[data-header-rows]")) {
    const rows = document.createElement("ol");
    rows.className = "header-rows";
    const lines = () => [...rows.children].map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
    const write = () => {
      text.value = lines().filter(([name, value]) => name || value).map(([name, value]) => value ? `${name}: ${value}` : `${name}:`).join("\n");
    };
    const moved = (row, what) => { write(); row.querySelector(what)?.focus(); };
    const add = (name, value) => {
      const row = document.createElement("li");
      row.append(
        field("Header name", name, "name mono", write),
        field("Header value", value, "value mono", write),
        button("Move up", "↑", () => { row.previousElementSibling?.before(row); moved(row, "button"); }),
        button("Move down", "↓", () => { row.nextElementSibling?.after(row); moved(row, "button + button"); }),
        button("Remove", "✕", () => { const next = row.nextElementSibling ?? row.previousElementSibling; row.remove(); write(); (next?.querySelector("input") ?? more).focus(); }));
      rows.append(row);
      return row;
    };
    const read = () => {
      rows.replaceChildren();
      for (const line of text.value.split("\n").filter((one) => one.trim())) {
        const colon = line.indexOf(":");
        if (colon < 0) add(line, "");
        else add(line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]/, ""));
      }
    };
    const more = document.createElement("button");
    more.type = "button";
    more.className = "button compact";
    more.textContent = "Add a header";
    more.addEventListener("click", () => add("", "").querySelector("input").focus());
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "button compact quiet";
    const bar = document.createElement("div");
    bar.className = "row";
    bar.append(more, toggle);
    const show = (asRows) => {
      if (asRows) read();
      text.hidden = asRows;
      rows.hidden = more.hidden = !asRows;
      toggle.textContent = asRows ? "Edit as text" : "Edit as rows";
    };
    toggle.addEventListener("click", () => show(!text.hidden));
    text.before(rows);
    text.after(bar);
    const label = document.getElementById(text.id + "-label");
    label?.addEventListener("click", () => { if (text.hidden) rows.querySelector("input")?.focus(); });
    show(true);
  }
})();
