// Bundles the islands into dist/, which the Rust build embeds. Files that come out as they are stay untouched: what embeds them
// would be compiled anew.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const out = new URL("./dist/", import.meta.url).pathname;

const { outputFiles } = await build({
  entryPoints: [new URL("./src/app.ts", import.meta.url).pathname],
  outdir: out,
  write: false,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});

await mkdir(out, { recursive: true });
const made = new Set(outputFiles.map((file) => basename(file.path)));
for (const name of await readdir(out)) {
  if (!name.startsWith(".") && !made.has(name)) await rm(`${out}${name}`, { recursive: true });
}
for (const file of outputFiles) {
  const before = await readFile(file.path).catch(() => undefined);
  if (!before?.equals(file.contents)) await writeFile(file.path, file.contents);
}
