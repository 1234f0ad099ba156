// Shapes from a GeoJSON file, matched to districts and projected. Nothing leaves the browser.

/** A district as the page knows it. */
export interface District {
  key: string;
  /** Names and codes that a file may call it by, the surest first. */
  names: string[];
}

type Ring = [number, number][];

/** An area of the file: its polygons in degrees, and what the file calls it. */
export interface Area {
  words: string[];
  polygons: Ring[][];
}

export interface Match {
  shapes: Map<string, Ring[][]>;
  /** What the file calls the areas that are no district here. */
  strangers: string[];
  /** Keys of districts that the file does not have. */
  without: string[];
}

/** A shape on the drawing: its path, where its name goes and how wide it is there. */
export interface Drawn {
  path: string;
  x: number;
  y: number;
  room: number;
  height: number;
}

export class NotAMapError extends Error {}
export class NotDegreesError extends Error {}

interface Geometry {
  type?: string;
  coordinates?: unknown;
  geometries?: Geometry[];
}
interface Feature {
  type?: string;
  id?: unknown;
  properties?: Record<string, unknown> | null;
  geometry?: Geometry | null;
}

/** The areas of a GeoJSON text. Points and lines are left out. */
export function readAreas(text: string): Area[] {
  let root: Feature & { features?: Feature[] } & Geometry;
  try {
    root = JSON.parse(text) as typeof root;
  } catch {
    throw new NotAMapError();
  }
  const features: Feature[] =
    root?.type === "FeatureCollection" ? (root.features ?? []) : root?.type === "Feature" ? [root] : [];
  const areas: Area[] = [];
  for (const feature of features) {
    const polygons = polygonsOf(feature.geometry);
    if (!polygons.length) continue;
    const given = [feature.id, ...Object.values(feature.properties ?? {})];
    const words = given.filter((v) => typeof v === "string" || typeof v === "number").map((v) => String(v).trim());
    areas.push({ words: words.filter(Boolean), polygons });
  }
  if (!areas.length) throw new NotAMapError();
  for (const { polygons } of areas)
    for (const [x, y] of polygons.flat(2)) if (!(Math.abs(x) <= 180 && Math.abs(y) <= 90)) throw new NotDegreesError();
  return areas;
}

function polygonsOf(geometry: Geometry | null | undefined): Ring[][] {
  switch (geometry?.type) {
    case "Polygon":
      return [geometry.coordinates as Ring[]];
    case "MultiPolygon":
      return geometry.coordinates as Ring[][];
    case "GeometryCollection":
      return (geometry.geometries ?? []).flatMap(polygonsOf);
    default:
      return [];
  }
}

/** Codes and names alike, without what differs in writing only. GB codes carry the country's 156 in front. */
function plain(word: string): string {
  const small = word.normalize("NFKC").toLowerCase().replace(/[\s'’·.-]+/g, "");
  return /^156\d{6}$/.test(small) ? small.slice(3) : small;
}

/** The district of every area: by code first, then by full name, then by short name. Parts of one district join. */
export function match(areas: Area[], districts: District[]): Match {
  const shapes = new Map<string, Ring[][]>();
  const strangers: string[] = [];
  const longest = Math.max(0, ...districts.map((d) => d.names.length));
  const byRank = Array.from({ length: longest }, (_, rank) => {
    const known = new Map<string, string>();
    for (const { key, names } of districts) if (names[rank]) known.set(plain(names[rank]), key);
    return known;
  });
  for (const area of areas) {
    const words = area.words.map(plain);
    let found: string | undefined;
    for (const known of byRank) {
      found = words.map((word) => known.get(word)).find((key) => key !== undefined);
      if (found !== undefined) break;
    }
    if (found === undefined) strangers.push(title(area));
    else shapes.set(found, [...(shapes.get(found) ?? []), ...area.polygons]);
  }
  return { shapes, strangers, without: districts.map((d) => d.key).filter((key) => !shapes.has(key)) };
}

/** What an area is called in a list of those that did not match. */
function title(area: Area): string {
  return area.words.find((w) => /[\p{L}]/u.test(w)) ?? area.words[0] ?? "–";
}

/**
 * The shapes in a box, equirectangular with the standard parallel through the middle: at the size of a province no
 * distance is off by more than its eye can see. Points closer than half a unit are left out.
 */
export function project(
  shapes: Map<string, Ring[][]>,
  width: number,
): { height: number; drawn: Map<string, Drawn> } {
  const points = [...shapes.values()].flat(3);
  const [west, east] = range(points.map((p) => p[0]));
  const [south, north] = range(points.map((p) => p[1]));
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = width / ((east - west) * squeeze || 1);
  const at = ([lon, lat]: [number, number]): [number, number] => [(lon - west) * squeeze * scale, (north - lat) * scale];
  const drawn = new Map<string, Drawn>();
  for (const [key, polygons] of shapes) {
    const flat = polygons.map((rings) => rings.map((ring) => thinned(ring.map(at))));
    const path = flat
      .flat()
      .filter((ring) => ring.length > 2)
      .map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`)
      .join("");
    const outer = flat.map((rings) => rings[0] ?? []).sort((a, b) => size(b) - size(a))[0] ?? [];
    drawn.set(key, { path, ...inside(outer) });
  }
  return { height: (north - south) * scale, drawn };
}

function range(values: number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

function thinned(ring: Ring): Ring {
  const kept: Ring = [];
  for (const point of ring) {
    const last = kept.at(-1);
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= 0.5) kept.push(point);
  }
  return kept;
}

function size(ring: Ring): number {
  let sum = 0;
  ring.forEach(([x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length] ?? [x, y];
    sum += x * v - u * y;
  });
  return Math.abs(sum) / 2;
}

/** The middle of the widest stretch near half height: always inside, and it tells how much room a name has. */
function inside(ring: Ring): Omit<Drawn, "path"> {
  const [top, bottom] = range(ring.map((p) => p[1]));
  let best = { x: 0, y: 0, room: 0, height: bottom - top };
  for (const share of [0.4, 0.5, 0.6]) {
    const y = top + (bottom - top) * share;
    const cuts = ring
      .flatMap(([x, a], i) => {
        const [u, b] = ring[(i + 1) % ring.length] ?? [x, a];
        return a <= y !== b <= y ? [x + ((y - a) / (b - a)) * (u - x)] : [];
      })
      .sort((p, q) => p - q);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const [from, to] = [cuts[i] ?? 0, cuts[i + 1] ?? 0];
      if (to - from > best.room) best = { x: (from + to) / 2, y, room: to - from, height: bottom - top };
    }
  }
  return best;
}
