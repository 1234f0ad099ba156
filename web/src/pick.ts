import { LinkedDrawing } from "./grid";
import { follow } from "./htmx";

const BUILDER = "#rk-builder";

/** Wall and map to choose from: what is chosen joins the scenario without leaving the page. */
export class LzPick extends LinkedDrawing {
  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<SVGAElement>("a.hit");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#choose(link.href.baseVal, link.dataset.lamp ?? "");
    });
  }

  async #choose(address: string, lamp: string): Promise<void> {
    if (!(await follow(address, BUILDER))) location.assign(address);
    const same = [...document.querySelectorAll<SVGAElement>(`${BUILDER} svg a[data-lamp="${lamp}"]`)];
    same.find((link) => link.getClientRects().length > 0)?.focus({ preventScroll: true });
  }
}
