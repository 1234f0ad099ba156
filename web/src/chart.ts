const SCALE = 2;

/** A drawing that can be saved as a picture. `data-svg` is where the server keeps it as a file. */
export class LzChart extends HTMLElement {
  connectedCallback(): void {
    const files = this.closest("figure")?.querySelector(".files");
    const address = this.dataset.svg;
    if (!files || !address || files.querySelector("button.png")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "png";
    button.textContent = "PNG";
    button.title = this.dataset.png ?? "PNG";
    button.setAttribute("aria-label", button.title);
    const name = this.dataset.name ?? "figure";
    button.addEventListener("click", () => {
      button.disabled = true;
      this.drawing(address)
        .then((text) => savePng(text, name))
        .catch(() => location.assign(address))
        .finally(() => (button.disabled = false));
    });
    files.prepend(button);
    const link = files.querySelector<HTMLAnchorElement>('a[href*=".svg"]');
    link?.addEventListener("click", (event) => {
      if (!this.changed) return;
      event.preventDefault();
      void this.drawing(address).then((text) => handOver(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`));
    });
  }

  /** Whether the page shows another drawing than the server keeps. */
  get changed(): boolean {
    return false;
  }

  /** The drawing as a file of its own. */
  async drawing(address: string): Promise<string> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  }
}

function handOver(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Paint a drawing on white and hand it over as a PNG. */
async function savePng(text: string, name: string): Promise<void> {
  // Kept as text: parsed in this page, the drawing's own style sheet would fall under the page's policy.
  const [w = 1000, h = 600] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(text)?.slice(1).map(Number) ?? [];
  const pad = 24;
  const sized = text.replace("<svg", `<svg width="${w}" height="${h}"`);
  const url = URL.createObjectURL(new Blob([sized], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = (w + 2 * pad) * SCALE;
    canvas.height = (h + 2 * pad) * SCALE;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "#FFFFFF";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, pad * SCALE, pad * SCALE, w * SCALE, h * SCALE);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("no picture");
    handOver(blob, `${name}.png`);
  } finally {
    URL.revokeObjectURL(url);
  }
}
