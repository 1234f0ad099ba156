import { follow } from "./htmx";
import { write } from "./session";

type Decision = "accept" | "correct" | "reject";
const SIDE = "#rv-side";
const TYPING = "input, select, textarea, dialog";

/**
 * The review of a document by keyboard: j and k walk, a accepts, r rejects, e corrects, ? tells the keys. The side with
 * the statement is exchanged; the text beside it stays and only its marks change.
 */
export class LzReview extends HTMLElement {
  #busy = false;
  #pending = new Map<string, { was: string; now: Decision }>();
  #queue: Promise<void> = Promise.resolve();
  #stop = new AbortController();

  connectedCallback(): void {
    const { signal } = this.#stop;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#correct(event.target as HTMLFormElement);
    });
    this.#mark(false);
  }

  disconnectedCallback(): void {
    this.#stop.abort();
  }

  get #side(): HTMLElement | null {
    return this.querySelector<HTMLElement>(SIDE);
  }

  get #chosen(): string {
    return this.#side?.dataset.chosen ?? "";
  }

  #click(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a[data-statement], a[data-card]");
    if (link) {
      event.preventDefault();
      void this.#open(link.href);
      return;
    }
    switch (target.closest<HTMLElement>("button[data-do]")?.dataset.do) {
      case "accept":
        return void this.#decide("accept");
      case "reject":
        return void this.#decide("reject");
      case "edit":
        return this.#edit();
      case "leave":
        return this.#leave();
      case "help":
        return this.#help();
      case "all":
        return this.#all();
    }
  }

  #key(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (event.key === "Escape" && target.closest("#rv-form")) {
      event.preventDefault();
      return this.#leave();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(TYPING) || event.isComposing) return;
    const steps: Record<string, () => void> = {
      j: () => this.#walk(1),
      k: () => this.#walk(-1),
      a: () => void this.#decide("accept"),
      r: () => void this.#decide("reject"),
      e: () => this.#edit(),
      "?": () => this.#help(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }

  #walk(step: 1 | -1): void {
    const cards = this.#cards;
    const at = cards.findIndex((card) => card.dataset.card === this.#chosen);
    const next = at < 0 ? (step > 0 ? 0 : cards.length - 1) : at + step;
    const card = cards[next];
    if (card) void this.#open(card.href);
  }

  async #open(address: string): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (!(await follow(address, SIDE))) location.assign(address);
    } finally {
      this.#busy = false;
    }
    this.#mark(true);
  }

  /** The text shows which statement is meant, and brings it into sight. */
  #mark(moved: boolean): void {
    const chosen = this.#chosen;
    const side = this.#side;
    for (const card of this.querySelectorAll<HTMLElement>("a[data-card]"))
      card.classList.toggle("saving", this.#pending.has(card.dataset.card ?? ""));
    let first: HTMLElement | undefined;
    for (const piece of this.querySelectorAll<HTMLElement>("a[data-statement]")) {
      const mine = chosen !== "" && (piece.dataset.statement ?? "").split(" ").includes(chosen);
      if (mine) piece.setAttribute("aria-current", "true");
      else piece.removeAttribute("aria-current");
      if (mine && !first) first = piece;
    }
    const text = this.querySelector<HTMLElement>(".rv-text");
    if (text && first) {
      const [inner, outer] = [first.getBoundingClientRect(), text.getBoundingClientRect()];
      text.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
    }
    // What the server sent does not know yet of what is being saved.
    if (moved) for (const { was, now } of this.#pending.values()) this.#count(was, now);
    if (moved) {
      side?.querySelector<HTMLElement>(".rv-card")?.focus({ preventScroll: true });
      side?.querySelector("a[data-card][aria-current]")?.scrollIntoView({ block: "nearest" });
    }
  }

  #say(words: string): void {
    const said = this.querySelector<HTMLElement>(".rv-said");
    if (said) said.textContent = words;
  }

  /**
   * Decide and go on. Saving takes a moment, as every decision becomes part of the data: accepting and rejecting wait for
   * it behind the next statement; a correction waits, since its form may have to be mended.
   */
  async #decide(decision: Decision, fields: Record<string, string> = {}): Promise<void> {
    const { api } = this.dataset;
    const id = this.#chosen;
    if (!api || !id || this.#busy || this.#pending.has(id)) return;
    const next = this.#next(id);
    const was = this.#side?.dataset.state ?? "open";
    const what = this.querySelector("#rv-figure")?.textContent ?? "";
    const body = { statement_id: id, decision, fields };
    this.#say("");
    this.#pending.set(id, { was, now: decision });
    this.#paint(id, decision);
    this.#count(was, decision);
    this.#queue = this.#queue.then(async () => {
      const problem = await this.#send(api, body);
      this.#pending.delete(id);
      if (problem === null) return;
      this.#paint(id, was);
      this.#count(decision, was);
      this.#say([this.dataset.failed, what, problem].filter(Boolean).join(" · "));
      throw new Error(problem);
    });
    const saved = this.#queue;
    this.#queue = saved.catch(() => undefined);
    this.#waiting();
    void this.#queue.then(() => this.#waiting());
    if (decision === "correct" || !next) {
      if (!(await saved.then(() => true, () => false))) return;
      const end = new URL(this.#side?.dataset.following ?? "", location.href);
      if (!next) end.searchParams.delete("statement");
      await this.#open(next?.href ?? end.href);
    } else await this.#open(next.href);
  }

  /** The statement that comes after: below in the list, else the first that is left. */
  #next(id: string): HTMLAnchorElement | undefined {
    const cards = this.#cards;
    const at = cards.findIndex((card) => card.dataset.card === id);
    const left = cards.filter((card) => card.dataset.card !== id);
    return cards.slice(at + 1).find((card) => left.includes(card)) ?? left[0];
  }

  /** The list without what is being saved. */
  get #cards(): HTMLAnchorElement[] {
    const all = [...this.querySelectorAll<HTMLAnchorElement>("a[data-card]")];
    return all.filter((card) => !this.#pending.has(card.dataset.card ?? ""));
  }

  #paint(id: string, state: string): void {
    for (const piece of this.querySelectorAll<HTMLElement>(`a[data-statement^="${CSS.escape(id)}"]`)) {
      piece.classList.remove("open", "accept", "correct", "reject");
      piece.classList.add(state);
    }
  }

  /** Move one statement from one count to another. */
  #count(from: string, to: string): void {
    const add = (name: string, by: number) => {
      const shown = this.querySelector<HTMLElement>(`[data-count=${name}]`);
      if (shown) shown.textContent = String(Math.max(0, Number(shown.textContent?.replace(/\D/g, "")) + by));
    };
    if (from === to) return;
    add(from, -1);
    add(to, 1);
    if (from === "open") add("done", 1);
    if (to === "open") add("done", -1);
  }

  #waiting(): void {
    const saving = this.querySelector<HTMLElement>(".rv-saving");
    if (saving) saving.hidden = this.#pending.size === 0;
  }

  /** Send a decision; null where it was saved, else why not. */
  async #send(address: string, body: unknown): Promise<string | null> {
    const answer = await write(address, "POST", body).catch(() => undefined);
    if (answer?.ok) return null;
    const problem = (await answer?.json().catch(() => null)) as { detail?: string; hint?: string } | null | undefined;
    return [problem?.detail, problem?.hint].filter(Boolean).join(" · ");
  }

  #edit(): void {
    const form = this.querySelector<HTMLDetailsElement>("#rv-form");
    if (!form) return;
    form.open = true;
    form.querySelector<HTMLElement>("input, select")?.focus();
  }

  #leave(): void {
    const form = this.querySelector<HTMLDetailsElement>("#rv-form");
    if (form) form.open = false;
    this.querySelector<HTMLElement>(".rv-card")?.focus();
  }

  /** Only what was changed is sent: the rest stays as the machine read it. */
  async #correct(form: HTMLFormElement): Promise<void> {
    const fields: Record<string, string> = {};
    for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]"))
      if (field.value !== field.dataset.was) fields[field.name] = field.value.trim();
    await this.#decide(Object.keys(fields).length ? "correct" : "accept", fields);
  }

  #help(): void {
    document.querySelector<HTMLDialogElement>("#rv-help")?.showModal();
  }

  #all(): void {
    const dialog = document.querySelector<HTMLDialogElement>("#rv-sure");
    const { batch } = this.dataset;
    const statement_ids = [...this.querySelectorAll<HTMLElement>("a[data-card]")].map((c) => c.dataset.card ?? "");
    if (!dialog || !batch || !statement_ids.length) return;
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue === "yes") void this.#sendAll(batch, statement_ids);
      },
      { once: true },
    );
    dialog.showModal();
  }

  async #sendAll(address: string, ids: string[]): Promise<void> {
    const most = 1000;
    for (let from = 0; from < ids.length; from += most) {
      const problem = await this.#send(address, { decision: "accept", statement_ids: ids.slice(from, from + most) });
      if (problem !== null) return this.#say([this.dataset.failed, problem].filter(Boolean).join(" · "));
    }
    location.reload();
  }
}
