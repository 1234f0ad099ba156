// Builds into the Python package. built.json records the hash of every source file and of every built file, so that
// a test can tell without Node whether the built files match their source.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;
const out = join(root, "../src/lianzhang/web/static");
const sources = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vite.config.ts",
  ...readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
].sort();
const built = ["htmx.js", "icon.svg", "lianzhang.js", "pages.css"];

const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

const record: Plugin = {
  name: "record",
  closeBundle() {
    const htmx = join(root, "node_modules/htmx.org");
    const licence = readFileSync(join(htmx, "LICENSE"), "utf8").trim().replaceAll("*/", "");
    const version = (JSON.parse(readFileSync(join(htmx, "package.json"), "utf8")) as { version: string }).version;
    const code = readFileSync(join(htmx, "dist/htmx.min.js"), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    writeFileSync(join(out, "htmx.js"), `/*! htmx ${version}\n${licence}\n*/\n${code}`);
    copyFileSync(join(root, "src/icon.svg"), join(out, "icon.svg"));
    const hashes = (folder: string, names: string[]) =>
      Object.fromEntries(names.map((name) => [name, digest(join(folder, name))]));
    const record = { sources: hashes(root, sources), built: hashes(out, built) };
    writeFileSync(join(out, "built.json"), `${JSON.stringify(record, null, 2)}\n`);
  },
};

export default defineConfig({
  plugins: [record],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
    lib: { entry: join(root, "src/main.ts"), formats: ["iife"], name: "lianzhang", fileName: () => "lianzhang.js" },
    rollupOptions: { output: { assetFileNames: "pages.css" } },
  },
});
