// Bundles the islands into dist/, which the Rust build embeds.
import { mkdir, readdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("./dist/", import.meta.url).pathname;

await mkdir(out, { recursive: true });
for (const name of await readdir(out)) {
  if (!name.startsWith(".")) await rm(`${out}${name}`, { recursive: true });
}
await build({
  entryPoints: [new URL("./src/app.ts", import.meta.url).pathname],
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
