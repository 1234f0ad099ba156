import { write } from "./session";

interface Told {
  job_id: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  step: { zh: string; en: string };
  problem: { title: string; detail: string; hint?: string } | null;
  result: Record<string, unknown> | null;
}

const JOBS = "/api/v1/jobs";
const LEAVING_MS = 1000;

/**
 * A computation that the reader starts here: a button, then progress and a way to stop it, then the page of its result.
 * `data-start` takes the request, `data-body` is what is asked for, `data-then` is where the result stands.
 * A page that is opened again finds the computation it had started; `data-running` names one that the server began by
 * itself; with `data-auto` an address that ends in #compute starts it at once. Where the part `start` is a form, its fields are what
 * is sent, and `data-then` may name parts of the result in braces.
 */
export class LzJob extends HTMLElement {
  #events: EventSource | null = null;
  #id = "";

  connectedCallback(): void {
    const start = this.#part("start");
    if (start instanceof HTMLFormElement)
      start.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#start(new FormData(start));
      });
    else start?.addEventListener("click", () => void this.#start());
    this.#part("stop")?.addEventListener("click", () => void write(`${JOBS}/${this.#id}`, "DELETE"));
    const known = sessionStorage.getItem(this.#key) ?? this.#running;
    if (known) return this.#follow(known);
    this.#show("ready");
    // A link that says so has it computed at once.
    if (this.dataset.auto === undefined || location.hash !== "#compute") return;
    history.replaceState(history.state, "", location.pathname + location.search);
    void this.#start();
  }

  disconnectedCallback(): void {
    this.#events?.close();
  }

  get #key(): string {
    return `job ${this.dataset.start} ${this.dataset.body}`;
  }

  /** What the server began by itself, unless this browser has seen it end: a kept page may name it a little longer. */
  get #running(): string | undefined {
    const id = this.dataset.running;
    return id && sessionStorage.getItem(`ended ${id}`) ? undefined : id;
  }

  #part<T extends HTMLElement>(name: string): T | null {
    return this.querySelector<T>(`[data-part=${name}]`);
  }

  #show(state: "ready" | "busy" | "failed", words = "", done = 0): void {
    this.dataset.state = state;
    const busy = state === "busy";
    for (const [name, shown] of [
      ["start", !busy],
      ["stop", busy],
      ["bar", busy],
      ["step", words !== ""],
    ] as const) {
      const part = this.#part(name);
      if (part) part.hidden = !shown;
    }
    const step = this.#part("step");
    if (step) step.textContent = words;
    this.#part<HTMLProgressElement>("bar")?.setAttribute("value", String(done));
  }

  async #start(form?: FormData): Promise<void> {
    const { start, body } = this.dataset;
    if (!start || this.hasAttribute("aria-busy")) return;
    // Nothing moves yet: the reader may be asked for the token first.
    this.setAttribute("aria-busy", "true");
    const answer = await write(start, "POST", form ?? JSON.parse(body ?? "{}")).catch(() => undefined);
    this.removeAttribute("aria-busy");
    if (answer === null) this.#show("ready");
    else if (!answer?.ok) this.#fail(answer ? await answer.json().catch(() => null) : null);
    else this.#follow(((await answer.json()) as Told).job_id);
  }

  #follow(id: string): void {
    this.#id = id;
    sessionStorage.setItem(this.#key, id);
    this.#show("busy", this.dataset.waiting);
    this.#events = new EventSource(`${JOBS}/${id}/events`);
    this.#events.addEventListener("progress", (event) => this.#tell(JSON.parse(event.data) as Told));
    this.#events.addEventListener("end", (event) => this.#end(JSON.parse(event.data) as Told));
    this.#events.addEventListener("error", () => {
      // The browser connects again by itself unless the server no longer knows the computation. A page that is being
      // left closes its connections too; it must not forget what it started, so this waits until it would be gone.
      if (this.#events?.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        this.#forget();
        this.#show("ready");
      }, LEAVING_MS);
    });
  }

  #tell(told: Told): void {
    const share = `${Math.round(told.progress * 100)}%`;
    this.#show("busy", `${told.step[this.#lang]} · ${share}`, told.progress);
  }

  #end(told: Told): void {
    this.#forget();
    if (this.#id === this.dataset.running) sessionStorage.setItem(`ended ${this.#id}`, "1");
    const then = this.dataset.then?.replace(/\{(\w+)\}/g, (_, name: string) => String(told.result?.[name] ?? ""));
    if (told.state === "done") open(new URL(then || location.href, location.href));
    else if (told.state === "failed") this.#fail(told.problem);
    else this.#show("ready", told.step[this.#lang]);
  }

  #fail(problem: Told["problem"]): void {
    const words = [problem?.detail ?? problem?.title ?? this.dataset.failed ?? "", problem?.hint ?? ""];
    this.#show("failed", words.filter(Boolean).join(" "));
  }

  #forget(): void {
    sessionStorage.removeItem(this.#key);
    this.#events?.close();
    this.#events = null;
  }

  get #lang(): "zh" | "en" {
    return document.documentElement.lang === "en" ? "en" : "zh";
  }
}

/** Go to a page, anew where it is this one: its result was not there when it was opened. */
function open(to: URL): void {
  if (to.pathname + to.search !== location.pathname + location.search) location.assign(to);
  else {
    history.replaceState(history.state, "", to);
    location.reload();
  }
}
