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
    button.addEventListener("click", () => {
      button.disabled = true;
      save(address, this.dataset.name ?? "figure")
        .catch(() => location.assign(address))
        .finally(() => (button.disabled = false));
    });
    files.prepend(button);
  }
}

/** Fetch a drawing, paint it on white and hand it over as a PNG. */
async function save(address: string, name: string): Promise<void> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  const text = await response.text();
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
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  } finally {
    URL.revokeObjectURL(url);
  }
}
