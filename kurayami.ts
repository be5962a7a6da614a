#!/usr/bin/env node
/** The list of commands, and how one is run. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Command, type Program, UsageError } from './shared/command.ts';

const SAME_SIGNAL_MILLISECONDS = 1_000;

/** Loaded when it is asked for: who inspects a capture need not wait for databases and web servers. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  sensor: async () => (await import('./sensor/commands/sensor.ts')).sensor,
  server: async () => (await import('./server/commands/server.ts')).server,
  replay: async () => (await import('./replay.ts')).replay,
  inspect: async () => (await import('./sensor/commands/inspect.ts')).inspect,
  flows: async () => (await import('./sensor/commands/flows.ts')).flows,
  simulate: async () => (await import('./sensor/commands/simulate.ts')).simulate,
  token: async () => (await import('./server/commands/token.ts')).token,
};

function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, help: { type: 'boolean', about: 'this text' } as const }).map(
    ([name, option]) => {
      const value = 'value' in option && option.value ? ` ${option.value}` : '';
      return `  ${`--${name}${value}`.padEnd(26)} ${option.about}`;
    },
  );
  const examples = command.examples.map(([line, about]) => `  ${line}\n      ${about}`);
  return `kurayami ${command.name} ${command.usage}\n\n${command.about}\n\nOptions\n${options.join('\n')}\n\nExamples\n${examples.join('\n')}\n`;
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const list = all.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n');
  return `kurayami COMMAND [OPTION …]\n\nAn open network telescope: who is attacking whom, seen from unused addresses.\n\nCommands\n${list}\n\n  kurayami COMMAND --help tells more.\n`;
}

async function main(words: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = words;
  if (!Object.hasOwn(commands, name)) {
    if (name === '--version') {
      process.stdout.write(`${describeProgram().version}\n`);
      return 0;
    }
    const asked = ['help', '--help', '-h'].includes(name);
    const text = await help();
    (asked ? process.stdout : process.stderr).write(asked ? text : `There is no command "${name}".\n\n${text}`);
    return asked ? 0 : 2;
  }
  const command = await commands[name]!();
  try {
    return await run(command, rest);
  } catch (error) {
    return tell(error as Error, command);
  }
}

/** One clear sentence and an exit code; the stack for those who ask for it. */
function tell(error: Error, command: Command): number {
  if (process.env.KURAYAMI_DEBUG) console.error(error);
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n"kurayami ${command.name} --help" tells more.\n`);
    return 2;
  }
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  process.stderr.write(`${error.message}${code}\n`);
  return 1;
}

async function run(command: Command, words: string[]): Promise<number> {
  const { values, positionals } = parseWords(command, words);
  if (values.help === true) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  return command.run(
    { options: values as Record<string, string | boolean | string[]>, positionals },
    describeProgram(),
  );
}

function parseWords(command: Command, words: string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple }]) => [name, { type, multiple: multiple === true }]),
  );
  try {
    const parsed = parseArgs({
      args: words,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    refuseRepeated(command, parsed.tokens);
    return parsed;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    // Only the first sentence: the rest is advice about arguments that are none of ours.
    throw new UsageError((cause as Error).message.split('. ')[0]!, { cause });
  }
}

/** The last of two would win without a word. Throws UsageError. */
function refuseRepeated(command: Command, tokens: readonly { kind: string; name?: string }[]): void {
  const given = tokens.flatMap(({ kind, name }) => (kind === 'option' && name !== undefined ? [name] : []));
  const twice = given.find((name, index) => given.indexOf(name) !== index && command.options[name]?.multiple !== true);
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice: give it once`);
}

function describeProgram(): Program {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = here.endsWith('dist') ? dirname(here) : here;
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version, stop: stopSignal() };
}

/** The first signal asks to stop in good order, as does the end of the program that started this one; a second one ends it at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // npm hands a Ctrl-C on that this process got from the terminal, too: that is still the first.
      if (controller.signal.aborted && performance.now() - askedAt > SAME_SIGNAL_MILLISECONDS) process.exit(130);
      if (!controller.signal.aborted) askedAt = performance.now();
      controller.abort();
    });
  }
  process.channel?.unref();
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}

// A pipe that is closed early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
