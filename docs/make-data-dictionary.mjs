/**
 * Writes the tables of docs/data-dictionary.md from the tables in the code, so that the two cannot differ:
 * `npm run build:programs && npm run docs:data-dictionary`. A test compares them without a build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('data-dictionary.md', import.meta.url);

/** The generated parts of the page by the name in their markers, from what shared/ exports. */
export function renderTables({ flowFields, TrafficClass, Radiation, Tag, Tunnel, TcpOption, Fault }) {
  return {
    'flow-fields': flowFieldTable(flowFields),
    'traffic-classes': idTable(TrafficClass),
    radiation: idTable(Radiation),
    tags: idTable(Tag),
    tunnels: idTable(Tunnel),
    'tcp-options': idTable(TcpOption),
    faults: idTable(Fault),
  };
}

function flowFieldTable(flowFields) {
  const head = ['id', 'name', 'type', 'unit', 'key', 'what it is', 'in a filter', 'CAIDA FlowTuple v3', 'IPFIX'];
  const rows = Object.entries(flowFields).map(([name, field]) => [
    field.id,
    `\`${name}\``,
    field.type,
    field.unit,
    field.key ? 'yes' : '',
    aboutOf(field),
    field.filter === undefined ? '' : `\`${field.filter}\``,
    field.caida === undefined ? '' : `\`${field.caida}\``,
    field.ipfix === undefined ? '' : `\`${field.ipfix}\``,
  ]);
  return table(head, rows);
}

function aboutOf({ about, secret, addedAtIngest }) {
  const notes = [...(secret === undefined ? [] : ['**secret**']), ...(addedAtIngest ? ['added by the server'] : [])];
  return notes.length === 0 ? about : `${about} (${notes.join(', ')})`;
}

function idTable(ids) {
  return table(
    ['id', 'name'],
    Object.entries(ids).map(([name, id]) => [id, `\`${name}\``]),
  );
}

/** Columns are padded as the formatter does it, so that it finds nothing to change. */
function table(head, rows) {
  const lines = [head, ...rows].map((cells) => cells.map(String));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n');
}

/** The page with every generated part put between its markers. Throws where a marker is missing. */
export function fillPage(page, tables) {
  let filled = page;
  for (const [name, text] of Object.entries(tables)) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [from, to] = [filled.indexOf(begin), filled.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/data-dictionary.md has no place for ${name}: ${begin} … ${end}`);
    filled = `${filled.slice(0, from + begin.length)}\n${text}\n${filled.slice(to)}`;
  }
  return filled;
}

async function main() {
  const [{ flowFields }, { TrafficClass }, { Radiation }, { Tag }, { Tunnel }, { TcpOption }, { Fault }] =
    await Promise.all([
      import('../dist/shared/flow-fields.js'),
      import('../dist/shared/protocols.js'),
      import('../dist/shared/radiation.js'),
      import('../dist/shared/tags.js'),
      import('../dist/shared/tunnels.js'),
      import('../dist/shared/tcp-options.js'),
      import('../dist/shared/counters.js'),
    ]);
  const page = readFileSync(PAGE, 'utf8');
  const tables = renderTables({ flowFields, TrafficClass, Radiation, Tag, Tunnel, TcpOption, Fault });
  writeFileSync(PAGE, fillPage(page, tables));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
