import type { LzHex } from "./hex";
import { type Area, type District, type Match, match, NotAMapError, NotDegreesError, project, readAreas } from "./geo";

const SVG = "http://www.w3.org/2000/svg";
const LARGEST = 60 << 20;
/** Room of the map in the wide drawing; its legend stands to the right of it. */
const WIDE_MAP = 700;

/** The shapes in force; kept while the page lives, so that another measure is drawn on them at once. */
let current: Match | null = null;
/** What districts are called on the map, by key. */
let called = new Map<string, string>();

/** The choice of a map: hexagons, or the borders of a file that the reader opens here or the server was given. */
export class LzMap extends HTMLElement {
  #districts: District[] = [];

  connectedCallback(): void {
    this.hidden = false;
    const known = JSON.parse(this.dataset.known ?? "[]") as (District & { name: string })[];
    this.#districts = known;
    called = new Map(known.map((d) => [d.key, d.name]));
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    input?.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void this.#open(file);
      input.value = "";
    });
    this.querySelector("button")?.addEventListener("click", () => this.#show(null));
    if (current) this.#report(current);
    else if (this.dataset.shapes) void this.#fetch(this.dataset.shapes);
  }

  async #open(file: File): Promise<void> {
    if (file.size > LARGEST) this.#say(this.dataset.large ?? "");
    else this.#take(await file.text());
  }

  async #fetch(address: string): Promise<void> {
    const answer = await fetch(address);
    if (answer.ok) this.#take(await answer.text());
  }

  #take(text: string): void {
    let areas: Area[];
    try {
      areas = readAreas(text);
    } catch (error) {
      if (error instanceof NotAMapError) this.#say(this.dataset.bad ?? "");
      else if (error instanceof NotDegreesError) this.#say(this.dataset.degrees ?? "");
      else throw error;
      return;
    }
    const found = match(areas, this.#districts);
    if (found.shapes.size) this.#show(found);
    else this.#report(found);
  }

  #show(found: Match | null): void {
    current = found;
    document.querySelector<LzHex>("#f-map lz-hex")?.redraw();
    if (found) this.#report(found);
    else this.#say("");
  }

  #say(words: string): void {
    const status = this.querySelector<HTMLElement>("[role=status]");
    if (status) status.textContent = words;
    const button = this.querySelector("button");
    if (button) button.hidden = current === null;
    this.querySelector(".pl-report")?.toggleAttribute("hidden", true);
  }

  /** What was drawn and what was not, by name. */
  #report(found: Match): void {
    const { shapes, strangers, without } = found;
    this.#say(
      (this.dataset.drawn ?? "").replace("{n}", String(shapes.size)).replace("{of}", String(this.#districts.length)),
    );
    const list = this.querySelector<HTMLElement>(".pl-report");
    if (!list) return;
    const parts: [string, string[]][] = [
      [this.dataset.without ?? "", without.map((key) => called.get(key) ?? key)],
      [this.dataset.strangers ?? "", strangers],
    ];
    list.replaceChildren(
      ...parts
        .filter(([, items]) => items.length)
        .map(([name, items]) => {
          const row = document.createElement("div");
          const term = document.createElement("dt");
          term.textContent = `${name} (${items.length})`;
          const what = document.createElement("dd");
          what.textContent = items.join(document.documentElement.lang === "en" ? ", " : "、");
          row.append(term, what);
          return row;
        }),
    );
    list.hidden = !list.children.length;
  }
}

/** Whether borders are shown in place of hexagons. */
export function hasShapes(): boolean {
  return current !== null;
}

/** The hexagons of a drawing as the shapes in force: same classes, links and titles, so the legend holds for both. */
export function drawShapes(svg: SVGSVGElement): void {
  if (!current) return;
  const [, , width = 0, height = 0] = (svg.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const slim = width < WIDE_MAP;
  const made = project(current.shapes, slim ? width : WIDE_MAP);
  const links = [...svg.querySelectorAll<SVGAElement>("a.hit")];
  const hexBottom = Math.max(...links.map((a) => a.getBBox().y + a.getBBox().height));
  const group = document.createElementNS(SVG, "g");
  for (const link of links) {
    const shape = made.drawn.get(keyOf(link));
    const cell = link.querySelector(".cell");
    if (!shape || !cell) {
      link.remove();
      continue;
    }
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape.path);
    path.setAttribute("class", `${cell.getAttribute("class")} area`);
    path.setAttribute("fill-rule", "evenodd");
    // As attributes, so that the saved file has them too.
    path.setAttribute("stroke", "var(--card)");
    path.setAttribute("stroke-linejoin", "round");
    cell.replaceWith(path);
    place(link, called.get(keyOf(link)) ?? "", shape);
    group.append(link);
  }
  const rest = [...svg.children].filter((c) => !["title", "desc", "style", "defs"].includes(c.tagName));
  svg.append(group);
  if (slim) {
    const legend = document.createElementNS(SVG, "g");
    legend.setAttribute("transform", `translate(0 ${made.height - hexBottom})`);
    legend.append(...rest);
    svg.append(legend);
    svg.setAttribute("viewBox", `0 0 ${width} ${height + made.height - hexBottom}`);
  } else svg.setAttribute("viewBox", `0 0 ${width} ${Math.max(made.height, legendBottom(rest))}`);
}

function keyOf(link: SVGAElement): string {
  return decodeURIComponent(new URL(link.href.baseVal, location.href).pathname.split("/").at(-1) ?? "");
}

function legendBottom(parts: Element[]): number {
  const boxes = parts.filter((p) => p instanceof SVGGraphicsElement).map((p) => p.getBBox());
  return Math.max(0, ...boxes.map((box) => box.y + box.height));
}

/** Name and amount at the widest place of the shape, as far as they fit; the tip has both anyway. */
function place(link: SVGAElement, words: string, shape: { x: number; y: number; room: number; height: number }): void {
  const texts = [...link.querySelectorAll("text")];
  const name = texts[0];
  const amount = texts.find((t) => t.classList.contains("num"));
  for (const text of texts) text.remove();
  const size = [15, 13, 11].find((s) => ems(words) * s <= shape.room - 4);
  if (!name || !words || !size) return;
  const write = (text: SVGTextElement, content: string, high: number, y: number): void => {
    text.textContent = content;
    text.setAttribute("font-size", String(high));
    text.setAttribute("x", shape.x.toFixed(1));
    text.setAttribute("y", y.toFixed(1));
    link.append(text);
  };
  write(name, words, size, shape.y + 4);
  const figure = amount?.textContent ?? "";
  if (amount && amount !== name && ems(figure) * 11 <= shape.room * 0.8 && shape.height >= 44)
    write(amount, figure, 11, shape.y + size + 3);
}

/** About how broad a text is, in widths of a Chinese character. */
function ems(text: string): number {
  return [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 1 : 0.56), 0);
}
