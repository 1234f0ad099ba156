const OPTION = "[role=option]";

/** The field that finds everything. htmx puts suggestions under it; the arrows walk through them, Enter opens one. */
export class LzSearch extends HTMLElement {
  connectedCallback(): void {
    const field = this.querySelector<HTMLInputElement>("input[type=search]");
    if (!field) return;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", "hits");
    this.#show(false);
    field.addEventListener("keydown", (event) => this.#key(event, field));
    field.addEventListener("focus", () => this.#show(field.value.trim() !== ""));
    field.addEventListener("input", () => {
      field.removeAttribute("aria-activedescendant");
      if (!field.value.trim()) this.#show(false);
    });
    // The list is exchanged as a whole: what comes in decides whether there is something to show.
    new MutationObserver(() => this.#show(document.activeElement === field && field.value.trim() !== "")).observe(this, {
      childList: true,
    });
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget as Node | null)) this.#show(false);
    });
    // A press on a suggestion must not take the focus, or the list is gone before the click arrives.
    this.addEventListener("pointerdown", (event) => {
      if ((event.target as Element).closest(OPTION)) event.preventDefault();
    });
  }

  get #options(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(`#hits ${OPTION}`)];
  }

  #show(open: boolean): void {
    const list = this.querySelector<HTMLElement>("#hits");
    const field = this.querySelector<HTMLInputElement>("input[type=search]");
    const shown = open && !!list && list.children.length > 0;
    if (list && list.hidden === shown) list.hidden = !shown;
    field?.setAttribute("aria-expanded", String(shown));
    if (!shown) this.#choose(undefined);
  }

  #choose(option: HTMLElement | undefined): void {
    for (const other of this.#options) other.setAttribute("aria-selected", String(other === option));
    const field = this.querySelector("input[type=search]");
    if (option) field?.setAttribute("aria-activedescendant", option.id);
    else field?.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #key(event: KeyboardEvent, field: HTMLInputElement): void {
    if (event.isComposing) return;
    const options = this.#options;
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    const open = field.getAttribute("aria-expanded") === "true";
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        if (!options.length) return;
        event.preventDefault();
        if (!open) this.#show(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = at < 0 ? (step > 0 ? 0 : options.length - 1) : at + step;
        this.#choose(options[next]);
        return;
      }
      case "Enter":
        if (!open || at < 0) return;
        event.preventDefault();
        options[at]?.click();
        return;
      case "Escape":
        if (!open) {
          field.blur();
          return;
        }
        event.preventDefault();
        event.stopPropagation();
        this.#show(false);
        return;
    }
  }
}
