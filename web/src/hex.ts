import { LinkedDrawing } from "./grid";

/** The hex city: its hexagons are links; the arrow keys walk from district to district. */
export class LzHex extends LinkedDrawing {}
