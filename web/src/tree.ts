/** The tools of a tree of tasks: open and close all of it, print it whole. */
export class LzTree extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      if (button?.dataset.open) open(button.dataset.open === "1");
      else if (button && "print" in button.dataset) print();
    });
    // On paper nothing can be opened.
    addEventListener("beforeprint", () => open(true));
  }
}

function open(all: boolean): void {
  for (const node of document.querySelectorAll<HTMLDetailsElement>("details.ts-node")) node.open = all;
}
