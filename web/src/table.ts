const LONG = 8;
const SCALES: Record<string, number> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  万: 1e4,
  亿: 1e8,
  万亿: 1e12,
};

/** A table that filters as one types and sorts by a column. */
export class LzTable extends HTMLElement {
  connectedCallback(): void {
    const table = this.querySelector("table");
    const body = table?.tBodies[0];
    if (!table || !body || this.dataset.ready) return;
    this.dataset.ready = "yes";
    const rows = [...body.rows];
    if (rows.length < LONG) return;
    this.#filter(table, rows);
    [...(table.tHead?.rows[0]?.cells ?? [])].forEach((head, column) => this.#sortable(table, body, head, column));
  }

  #filter(table: HTMLTableElement, rows: HTMLTableRowElement[]): void {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = this.dataset.filter ?? "";
    input.setAttribute("aria-label", input.placeholder);
    const texts = rows.map((row) => (row.textContent ?? "").toLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, at) => (row.hidden = !texts[at]?.includes(wanted)));
    });
    (table.closest(".table") ?? table).before(input);
  }

  #sortable(table: HTMLTableElement, body: HTMLTableSectionElement, head: HTMLTableCellElement, column: number): void {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead?.rows[0]?.cells ?? []) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = [...body.rows].map((row) => [key(row.cells[column]), row] as const);
      const numeric = keyed.some(([value]) => typeof value === "number");
      keyed.sort(([a], [b]) => compare(a, b, numeric) * (a === "" || b === "" ? 1 : down ? -1 : 1));
      body.append(...keyed.map(([, row]) => row));
    });
  }
}

/** What a cell sorts by: its exact number where it has one, else its words; nothing sorts last. */
function key(cell: HTMLTableCellElement | undefined): string | number {
  if (!cell) return "";
  const shown = (cell.textContent ?? "").trim();
  if (!cell.classList.contains("num")) return shown;
  const exact = cell.querySelector("[title]")?.getAttribute("title") ?? shown;
  const found = /([−-]?[\d,]+(?:\.\d+)?)\s*(万亿|亿|万|trillion|billion|million|thousand)?/.exec(exact);
  if (!found?.[1]) return "";
  return Number(found[1].replaceAll(",", "").replace("−", "-")) * (SCALES[found[2] ?? ""] ?? 1);
}

function compare(a: string | number, b: string | number, numeric: boolean): number {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  if (numeric) return Number(a) - Number(b);
  return String(a).localeCompare(String(b), document.documentElement.lang);
}
