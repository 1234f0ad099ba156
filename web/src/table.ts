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

/** A parameter of the address that says how a table is filtered or sorted; the server passes over them. */
export const TABLE_PARAMETER = /^[\w-]+\.(filter|sort)$/;

/** A table that filters as one types and sorts by a column; the address says how, so that it can be sent. */
export class LzTable extends HTMLElement {
  connectedCallback(): void {
    const table = this.querySelector("table");
    const body = table?.tBodies[0];
    if (!table || !body || this.dataset.ready) return;
    this.dataset.ready = "yes";
    const rows = [...body.rows];
    if (rows.length < LONG) return;
    this.#filter(table, rows);
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    heads.forEach((head, column) => this.#sortable(table, body, head, column));
    const sort = Number(this.#asked("sort"));
    const head = heads[Math.abs(sort) - 1];
    if (Number.isInteger(sort) && head) sortBy(table, body, head, Math.abs(sort) - 1, sort < 0);
  }

  /** The name of the card that the table is in, and its number where that has several: ``gaps``, ``gaps-2``. */
  get #name(): string {
    const card = this.closest("[id]");
    const at = card ? [...card.querySelectorAll("lz-table")].indexOf(this) : 0;
    return `${card?.id.replace(/^f-/, "") ?? "table"}${at > 0 ? `-${at + 1}` : ""}`;
  }

  #asked(what: "filter" | "sort"): string {
    return new URLSearchParams(location.search).get(`${this.#name}.${what}`) ?? "";
  }

  #tell(what: "filter" | "sort", value: string): void {
    const to = new URL(location.href);
    if (value) to.searchParams.set(`${this.#name}.${what}`, value);
    else to.searchParams.delete(`${this.#name}.${what}`);
    history.replaceState(history.state, "", to);
  }

  #filter(table: HTMLTableElement, rows: HTMLTableRowElement[]): void {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = this.dataset.filter ?? "";
    input.setAttribute("aria-label", input.placeholder);
    const texts = rows.map((row) => (row.textContent ?? "").toLowerCase());
    const show = (): void => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, at) => (row.hidden = !texts[at]?.includes(wanted)));
    };
    // Browsers allow only so many changes of the address a second: it follows when one stops typing.
    let waiting: number | undefined;
    const tell = (): void => {
      clearTimeout(waiting);
      this.#tell("filter", input.value.trim());
    };
    input.addEventListener("input", () => {
      show();
      clearTimeout(waiting);
      waiting = window.setTimeout(tell, 200);
    });
    input.addEventListener("change", tell);
    input.value = this.#asked("filter");
    show();
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
      sortBy(table, body, head, column, down);
      this.#tell("sort", `${down ? "-" : ""}${column + 1}`);
    });
  }
}

function sortBy(
  table: HTMLTableElement,
  body: HTMLTableSectionElement,
  head: HTMLTableCellElement,
  column: number,
  down: boolean,
): void {
  for (const other of table.tHead?.rows[0]?.cells ?? []) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const keyed = [...body.rows].map((row) => [key(row.cells[column]), row] as const);
  const numeric = keyed.some(([value]) => typeof value === "number");
  keyed.sort(([a], [b]) => compare(a, b, numeric) * (a === "" || b === "" ? 1 : down ? -1 : 1));
  body.append(...keyed.map(([, row]) => row));
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
