// Everything is readable without this script; it adds what a page cannot do by itself.
import "./pages.css";
import { LzChart } from "./chart";
import { startOrigins } from "./origins";
import { startFrame } from "./frame";
import { LzHex } from "./hex";
import { LzJob } from "./job";
import { LzSearch } from "./search";
import { LzSlider } from "./slider";
import { LzTable } from "./table";
import { LzWall } from "./wall";

customElements.define("lz-chart", LzChart);
customElements.define("lz-wall", LzWall);
customElements.define("lz-hex", LzHex);
customElements.define("lz-table", LzTable);
customElements.define("lz-slider", LzSlider);
customElements.define("lz-search", LzSearch);
customElements.define("lz-job", LzJob);
startOrigins();
startFrame();
