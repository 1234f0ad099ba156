/** Numbers are links to the list of origins; with this they open in place. */
export function startOrigins(): void {
  const pop = document.getElementById("pop");
  const [close, words, chain] = [...(pop?.children ?? [])] as HTMLElement[];
  if (!pop || !close || !words || !chain) return;
  let opener: HTMLElement | SVGElement | null = null;

  const hide = (back: boolean): void => {
    if (pop.hidden) return;
    pop.hidden = true;
    if (back) opener?.focus();
    opener = null;
  };

  const show = (from: HTMLElement | SVGElement, id: string, text: string): boolean => {
    const entry = document.getElementById(id);
    if (!entry) return false;
    words.textContent = text;
    words.hidden = !text;
    chain.replaceChildren(...[...entry.children].map((child) => child.cloneNode(true)));
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
    const target = event.target as Element;
    if (pop.contains(target)) {
      if (target === close) hide(true);
      return;
    }
    hide(false);
    const link = target.closest<HTMLAnchorElement>("a.num");
    if (link?.hash && show(link, link.hash.slice(1), link.title)) {
      event.preventDefault();
      close.focus({ preventScroll: true });
      return;
    }
    // A mark of a drawing; where it is a link, the link is what is meant.
    const mark = target.closest<SVGElement>("svg [data-origin]");
    if (mark?.dataset.origin && !target.closest("a")) show(mark, mark.dataset.origin, mark.querySelector("title")?.textContent ?? "");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide(true);
  });

  // What was put into the page later brings a list of its own: one list, no id twice.
  document.addEventListener("htmx:after:swap", () => {
    const own = document.querySelector("#origins .origins");
    const count = document.querySelector("#origins summary");
    for (const late of own && count ? document.querySelectorAll("#main details.back") : []) {
      for (const entry of late.querySelectorAll(".origins > li")) {
        if (![...own!.children].some((known) => known.id === entry.id)) own!.append(entry);
      }
      late.remove();
      count!.textContent = count!.textContent!.replace(/\d+$/, String(own!.children.length));
    }
  });

  const unfold = (): void => {
    const list = document.querySelector<HTMLDetailsElement>("details.all");
    if (list && location.hash.startsWith("#o-")) list.open = true;
  };
  unfold();
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    for (const list of document.querySelectorAll<HTMLDetailsElement>("details.rest:not(.all)")) list.open = true;
  });
}
