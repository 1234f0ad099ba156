import { LinkedDrawing } from "./grid";
import { follow } from "./htmx";

const DRAWER = "#drawer";

/** The wall: a brick opens its drawer beside it, and the address follows. */
export class LzWall extends LinkedDrawing {
  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<SVGAElement>("a.hit");
      if (!link || !document.querySelector(DRAWER) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#open(link.href.baseVal);
    });
  }

  async #open(address: string): Promise<void> {
    for (const link of this.querySelectorAll("svg a.hit")) {
      if (link.getAttribute("href") === address) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (!(await follow(address, DRAWER))) location.assign(address);
    const drawer = document.querySelector<HTMLElement>(DRAWER);
    if (drawer && matchMedia("(max-width: 1159px)").matches) drawer.focus();
  }
}
