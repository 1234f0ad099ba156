interface Run {
  limits: number[];
  paths: number[][];
  lamps: (number | null)[];
  total: [number[], number[], number[]];
  sectors: [string, number[]][];
  places: [string, number[]][];
}

const DAY_MS = 260;
const CALM_MS = 1000;

/**
 * The shock day by day: a slider (or the play button) moves through the days, and wall, map, cursor and sentence follow.
 * Values are tenths of a per cent.
 */
export class LzShock extends HTMLElement {
  #run: Run | null = null;
  #timer = 0;
  #told = 0;

  connectedCallback(): void {
    const data = this.querySelector("script[data-part=run]")?.textContent;
    const range = this.#range;
    const play = this.#part<HTMLButtonElement>("play");
    if (!data || !range || !play) return;
    this.#run = JSON.parse(data) as Run;
    play.hidden = false;
    play.addEventListener("click", () => (this.#timer ? this.#pause() : this.#play()));
    range.addEventListener("input", () => {
      this.#pause();
      this.#show(range.valueAsNumber);
    });
    range.form?.addEventListener("submit", (event) => event.preventDefault());
    // The arrows work wherever one is in the picture, except on its links, which they walk through.
    this.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || event.target === range || (event.target as Element).closest("a, input, details")) return;
      event.preventDefault();
      this.#pause();
      this.#show(range.valueAsNumber + step);
    });
    this.#show(range.valueAsNumber, false);
  }

  disconnectedCallback(): void {
    this.#pause();
  }

  get #range(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("input[type=range]");
  }

  #part<T extends HTMLElement>(name: string): T | null {
    return this.querySelector<T>(`[data-part=${name}]`);
  }

  #play(): void {
    const range = this.#range;
    if (!range) return;
    const last = Number(range.max);
    if (range.valueAsNumber >= last) this.#show(0);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#timer = window.setInterval(
      () => {
        if (range.valueAsNumber >= last) this.#pause();
        else this.#show(range.valueAsNumber + 1);
      },
      calm ? CALM_MS : DAY_MS,
    );
    this.#state(true);
  }

  #pause(): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#state(false);
  }

  #state(playing: boolean): void {
    const play = this.#part<HTMLButtonElement>("play");
    play?.setAttribute("aria-label", (playing ? this.dataset.pause : this.dataset.play) ?? "");
    play?.classList.toggle("playing", playing);
    // A moving picture is not read out day by day.
    this.#part("say")?.setAttribute("aria-live", playing ? "off" : "polite");
  }

  #show(wanted: number, tell = true): void {
    const run = this.#run;
    const range = this.#range;
    if (!run || !range) return;
    const day = Math.min(Math.max(wanted, 0), Number(range.max));
    range.value = String(day);
    const said = this.#say(run, day);
    range.setAttribute("aria-valuetext", said);
    for (const [name, words] of [
      ["day", String(day)],
      ["say", said],
    ] as const) {
      const part = this.#part(name);
      if (part) part.textContent = words;
    }
    for (const lamp of this.querySelectorAll<SVGElement>("[data-lamp]")) this.#light(run, lamp, day);
    for (const cursor of this.querySelectorAll<SVGElement>(".cursor")) {
      cursor.setAttribute("transform", `translate(${day * Number(cursor.dataset.per)} 0)`);
    }
    for (const about of this.querySelectorAll("svg desc")) about.textContent = said;
    if (tell) this.#address(day);
  }

  #light(run: Run, lamp: SVGElement, day: number): void {
    const path = run.lamps[Number(lamp.dataset.lamp)];
    const value = path === null || path === undefined ? undefined : run.paths[path]?.[day];
    if (value === undefined) return;
    const percent = value / 10;
    const step = run.limits.filter((limit) => percent >= limit).length;
    lamp.setAttribute("class", (lamp.getAttribute("class") ?? "").replace(/\blit-\d/, `lit-${step}`));
    const share = lamp.querySelector(".lamp-share");
    if (share) share.textContent = step === run.limits.length ? "" : `${Math.floor(Math.max(percent, 0))}%`;
    const title = lamp.querySelector("title");
    if (title) title.textContent = (title.textContent ?? "").replace(/[\d.]+%$/, `${percent.toFixed(1)}%`);
  }

  #say(run: Run, day: number): string {
    const [mid, low, high] = run.total.map((path) => `${((path[day] ?? 1000) / 10).toFixed(1)}%`);
    const words = fill(this.dataset.say, { day: String(day), total: mid, low, high });
    const sector = darkest(run.sectors, day);
    const place = darkest(run.places, day);
    if (!sector && !place) return words + (this.dataset.usual ?? "");
    return words + fill(this.dataset.dark, { list: [sector, place].filter(Boolean).join(lang() === "en" ? ", " : "、") });
  }

  /** The address names the day, and so do those of the picture's files. */
  #address(day: number): void {
    clearTimeout(this.#told);
    this.#told = window.setTimeout(() => {
      const here = new URL(location.href);
      here.searchParams.set("day", String(day));
      history.replaceState(history.state, "", here);
      const picture = this.querySelector<HTMLElement>("lz-chart[data-svg]");
      for (const link of this.querySelectorAll<HTMLAnchorElement>(".files a[href*='save=']")) {
        const to = new URL(link.href);
        to.searchParams.set("day", String(day));
        link.href = to.pathname + to.search;
        if (picture && to.searchParams.get("save")?.endsWith(".svg")) picture.dataset.svg = link.href;
      }
    }, 200);
  }
}

function lang(): string {
  return document.documentElement.lang;
}

/** Name and output of whatever makes least, where that is noticeably less than usual. */
function darkest(among: [string, number[]][], day: number): string {
  let found: [string, number] | undefined;
  for (const [name, path] of among) {
    const value = path[day] ?? 1000;
    if (value < 990 && (!found || value < found[1])) found = [name, value];
  }
  return found ? `${found[0]} ${(found[1] / 10).toFixed(1)}%` : "";
}

function fill(pattern: string | undefined, values: Record<string, string | undefined>): string {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
