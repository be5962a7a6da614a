#!/usr/bin/env node
/** The list of commands. */
import { parseArgs } from 'node:util';
import { inspect } from './sensor/commands/inspect.ts';
import { type Command, UsageError } from './shared/command.ts';

const commands: readonly Command[] = [inspect];

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

function help(): string {
  const list = commands.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n');
  return `kurayami COMMAND [OPTION …]\n\nAn open network telescope: who is attacking whom, seen from unused addresses.\n\nCommands\n${list}\n\n  kurayami COMMAND --help tells more.\n`;
}

async function main(words: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = words;
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const asked = ['help', '--help', '-h'].includes(name);
    (asked ? process.stdout : process.stderr).write(asked ? help() : `There is no command "${name}".\n\n${help()}`);
    return asked ? 0 : 2;
  }
  try {
    return await run(command, rest);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nkurayami ${name} --help tells more.\n`);
      return 2;
    }
    const code = (error as { code?: unknown }).code;
    process.stderr.write(`${(error as Error).message}${typeof code === 'string' ? ` [${code}]` : ''}\n`);
    if (process.env.KURAYAMI_DEBUG) console.error(error);
    return 1;
  }
}

async function run(command: Command, words: string[]): Promise<number> {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple }]) => [name, { type, multiple: multiple === true }]),
  );
  const parsed = parseWords(words, options);
  if (parsed.values.help === true) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  return command.run({
    options: parsed.values as Record<string, string | boolean | string[]>,
    positionals: parsed.positionals,
  });
}

function parseWords(words: string[], options: Record<string, { type: 'string' | 'boolean'; multiple: boolean }>) {
  try {
    return parseArgs({
      args: words,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

process.exitCode = await main(process.argv.slice(2));
