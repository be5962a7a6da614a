/** Runs a TypeScript module of this folder by vite's own loader: `node test/views/run.mjs fake-feed --port 8611`. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [name = 'fake-feed', ...rest] = process.argv.slice(2);
process.argv.splice(2, process.argv.length, ...rest);
const { module } = await runnerImport(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)));
await module.main();
