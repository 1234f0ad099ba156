import { LinkedDrawing } from "./grid";
import { drawShapes, hasShapes } from "./map";

/**
 * The hex city: its hexagons are links; the arrow keys walk from district to district. Where borders are at hand, the
 * page of the places draws them instead, and saves what it shows.
 */
export class LzHex extends LinkedDrawing {
  #hexagons: DocumentFragment | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.changed) this.redraw();
  }

  /** Draw the map that is in force. */
  redraw(): void {
    if (!this.#hexagons) {
      this.#hexagons = document.createDocumentFragment();
      this.#hexagons.append(...[...this.children].map((child) => child.cloneNode(true)));
    }
    this.replaceChildren(this.#hexagons.cloneNode(true));
    if (hasShapes()) {
      for (const part of this.querySelectorAll<HTMLElement>(".wide, .slim")) {
        const svg = part.querySelector("svg");
        // A part that is not on this screen has no size to measure by.
        part.classList.add("measured");
        if (svg) drawShapes(svg);
        part.classList.remove("measured");
      }
    }
    // The note under the figure explains hexagons.
    const note = this.closest("figure")?.querySelector<HTMLElement>(".note");
    if (note) note.hidden = this.changed;
    this.oneStop();
  }

  override get changed(): boolean {
    return hasShapes() && this.closest("#f-map") !== null;
  }

  /** What is saved is what is shown. */
  override async drawing(address: string): Promise<string> {
    const text = await super.drawing(address);
    const shown = this.querySelector(".wide svg");
    if (!this.changed || !shown) return text;
    const style = /<style>[\s\S]*?<\/style>/.exec(text)?.[0] ?? "";
    return new XMLSerializer().serializeToString(shown).replace(/>/, ` data-theme="light">${style}`);
  }
}
