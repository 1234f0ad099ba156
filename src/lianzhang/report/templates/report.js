"use strict";
// Without this script numbers are links to the list of origins; with it they open in place.
(() => {
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const set = root.dataset.theme;
    const dark = set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  const pop = document.getElementById("pop");
  const [close, words, chain] = pop.children;
  let opener = null;
  const hide = (back) => {
    if (pop.hidden) return;
    pop.hidden = true;
    if (back && opener) opener.focus();
    opener = null;
  };
  const show = (from, id, text) => {
    const entry = id && document.getElementById(id);
    if (!entry && !text) return false;
    words.textContent = text || "";
    words.hidden = !text;
    chain.replaceChildren(...(entry ? [...entry.children].map((c) => c.cloneNode(true)) : []));
    pop.hidden = false;
    const at = from.getBoundingClientRect();
    const box = pop.getBoundingClientRect();
    const x = Math.min(Math.max(8, at.left + at.width / 2 - box.width / 2), innerWidth - box.width - 8);
    const below = at.bottom + 8 + box.height < innerHeight || at.top < box.height + 8;
    pop.style.left = `${x + scrollX}px`;
    pop.style.top = `${(below ? at.bottom + 8 : at.top - box.height - 8) + scrollY}px`;
    opener = from;
    return true;
  };
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (pop.contains(target)) {
      if (target === close) hide(true);
      return;
    }
    const link = target.closest("a.num");
    const mark = link ? null : target.closest("svg .hit");
    hide(false);
    if (link) {
      if (show(link, link.hash.slice(1), link.title)) {
        event.preventDefault();
        close.focus({ preventScroll: true });
      }
    } else if (mark) {
      const title = mark.querySelector("title");
      show(mark, mark.dataset.origin, title ? title.textContent : "");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide(true);
  });

  // A long list of origins folds away: each opens from its number. Paper shows it whole.
  const list = document.querySelector("details.all");
  const long = list.querySelectorAll(".origins > li").length > 40;
  list.open = !long || location.hash.startsWith("#o-");
  addEventListener("beforeprint", () => (list.open = true));

  // Long tables filter as one types.
  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 12) continue;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = root.lang === "en" ? "Filter" : "筛选";
    input.setAttribute("aria-label", input.placeholder);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    table.parentElement.before(input);
  }
})();
