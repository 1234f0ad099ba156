import { LzChart } from "./chart";

/** A drawing made of links that the arrow keys walk through: one stop for the Tab key, then up, down, left, right. */
export abstract class LinkedDrawing extends LzChart {
  override connectedCallback(): void {
    super.connectedCallback();
    this.oneStop();
    this.addEventListener("keydown", (event) => this.#move(event));
    this.addEventListener("focusin", (event) => {
      const link = (event.target as Element).closest("a.hit");
      if (link) this.#oneStop(link);
    });
  }

  /** The links of the variant that is shown. */
  get links(): SVGAElement[] {
    return [...this.querySelectorAll<SVGAElement>("svg a.hit")].filter((a) => a.getClientRects().length > 0);
  }

  /** One stop of the Tab key: the chosen link, else the first. */
  oneStop(): void {
    this.#oneStop(this.querySelector("a[aria-current]") ?? this.links[0]);
  }

  #oneStop(here: Element | null | undefined): void {
    for (const link of this.querySelectorAll("svg a.hit")) link.setAttribute("tabindex", link === here ? "0" : "-1");
  }

  #move(event: KeyboardEvent): void {
    const from = (event.target as Element).closest<SVGAElement>("a.hit");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!from || !step) return;
    const [dx, dy] = step as [number, number];
    const at = centre(from);
    let best: SVGAElement | undefined;
    let least = Infinity;
    for (const link of this.links) {
      const to = centre(link);
      const along = (to.x - at.x) * dx + (to.y - at.y) * dy;
      const aside = Math.abs((to.x - at.x) * dy) + Math.abs((to.y - at.y) * dx);
      if (link === from || along < 4) continue;
      const cost = along + 2.5 * aside;
      if (cost < least) [best, least] = [link, cost];
    }
    if (!best) return;
    event.preventDefault();
    best.focus();
  }
}

function centre(element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}
