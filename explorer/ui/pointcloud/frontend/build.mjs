/**
 * Bundle the components: `node build.mjs` writes ../built/program.js, pointcloud.js, which loads it, and
 * columns.js; `--check` tells whether they are what the sources make, and `--test` bundles the tests.
 *
 * The first line of each holds a hash of all that it is made from, so that a test that needs
 * no Node can tell when somebody changed a source and forgot to build.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const BUILT = join(HERE, "..", "built");
const TESTS = join(HERE, "node_modules", ".tests");
const OTHERS = ["build.mjs", "package-lock.json", "package.json", "tsconfig.json"];

/** As tests/ui/test_pointcloud_built.py computes it. */
function sourcesHash() {
  const sources = readdirSync(join(HERE, "src")).map((name) => `src/${name}`);
  const hash = createHash("sha256");
  for (const name of [...OTHERS, ...sources].sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(HERE, name))).update("\0");
  }
  return hash.digest("hex");
}

async function bundled(source) {
  const { outputFiles } = await build({
    absWorkingDir: HERE,
    entryPoints: [`src/${source}`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    loader: { ".css": "text" },
    legalComments: "inline",
    write: false,
  });
  return outputFiles[0].text;
}

if (process.argv.includes("--test")) {
  rmSync(TESTS, { recursive: true, force: true });
  await build({
    absWorkingDir: HERE,
    entryPoints: readdirSync(join(HERE, "test")).flatMap((name) => (name.endsWith(".ts") ? [join("test", name)] : [])),
    bundle: true,
    format: "esm",
    platform: "node",
    loader: { ".css": "text" },
    outdir: TESTS,
    outExtension: { ".js": ".mjs" },
  });
} else {
  const first = `/* sources: ${sourcesHash()} */\n`;
  const program = first + (await bundled("main.ts"));
  const loader = first + (await bundled("loader.ts"));
  const columns = first + (await bundled("columns.ts"));
  for (const [name, text] of Object.entries({ "program.js": program, "pointcloud.js": loader, "columns.js": columns })) {
    const path = join(BUILT, name);
    if (!process.argv.includes("--check")) {
      mkdirSync(BUILT, { recursive: true });
      writeFileSync(path, text);
      console.log(`built/${name}: ${(text.length / 1000).toFixed(0)} kB`);
    } else if (readFileSync(path, "utf8") !== text) {
      console.error(`built/${name} is not what its sources make. Run: make frontend`);
      process.exitCode = 1;
    }
  }
}
