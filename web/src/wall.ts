import { LinkedDrawing } from "./grid";
import { follow } from "./htmx";

const DRAWER = "#drawer";

/** The wall: a brick opens its drawer beside it, and the address follows. */
export class LzWall extends LinkedDrawing {
  override connectedCallback(): void {
    super.connectedCallback();
    requestAnimationFrame(() => this.#reveal());
    this.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<SVGAElement>("a.hit");
      if (!link || !document.querySelector(DRAWER) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#open(link.href.baseVal);
    });
  }

  /** Beside the drawer the wall may be broader than its place. */
  #reveal(): void {
    const chosen = [...this.querySelectorAll("svg a[aria-current]")].find((a) => a.getClientRects().length > 0);
    const wide = this.querySelector<HTMLElement>(".wide");
    if (!chosen || !wide || wide.scrollWidth <= wide.clientWidth) return;
    const [brick, frame] = [chosen.getBoundingClientRect(), wide.getBoundingClientRect()];
    if (brick.left < frame.left || brick.right > frame.right)
      wide.scrollLeft += (brick.left + brick.right - frame.left - frame.right) / 2;
  }

  async #open(address: string): Promise<void> {
    for (const link of this.querySelectorAll("svg a.hit")) {
      if (link.getAttribute("href") === address) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (!(await follow(address, DRAWER))) location.assign(address);
    this.#reveal();
    const drawer = document.querySelector<HTMLElement>(DRAWER);
    if (drawer && matchMedia("(max-width: 1159px)").matches) drawer.focus();
  }
}
