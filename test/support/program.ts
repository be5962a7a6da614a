/** Runs the compiled program as a user does: `dist/kurayami.js` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
export const programFile = join(projectFolder, 'dist/kurayami.js');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  milliseconds: number;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly stdout: () => string;
  readonly finished: Promise<Finished>;
}

/** `before` stands in front of node, such as `['ip', 'netns', 'exec', 'name']`. */
export function runProgram(
  words: readonly string[],
  options: { before?: string[]; cwd?: string; environment?: NodeJS.ProcessEnv } = {},
): RunningProgram {
  if (!existsSync(programFile)) throw new Error('the program is not built: npm run build');
  const [command = process.execPath, ...rest] = [...(options.before ?? []), process.execPath, programFile, ...words];
  const started = performance.now();
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails half-way leaves nothing running: `start` ends its sensor when it is gone.
  try {
    onTestFinished(() => void child.kill('SIGKILL'));
  } catch {
    // Begun in a hook, for several tests: the hook ends it.
  }
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - started }),
    );
  });
  return { process: child, output: () => stdout + stderr, stdout: () => stdout, finished };
}

/** Runs to the end. */
export function program(words: readonly string[], options: Parameters<typeof runProgram>[1] = {}): Promise<Finished> {
  return runProgram(words, options).finished;
}

/** Asks until `done` says so; fails with what was seen last. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  done: (value: T) => boolean,
  timeoutMilliseconds = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMilliseconds;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await ask();
      if (done(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `waited in vain for ${what}; last seen: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}

/** The address that `start` or `server` printed; what they log may name those of stores. */
export async function addressOf(running: RunningProgram, timeoutMilliseconds = 30_000): Promise<string> {
  return until(
    'the address',
    async () => {
      if (running.process.exitCode !== null) throw new Error(`the program ended: ${running.output()}`);
      return /http:\/\/[\w.[\]:]+:\d+/.exec(running.stdout())?.[0] ?? '';
    },
    (url) => url !== '',
    timeoutMilliseconds,
  );
}

/** Ends the program as Ctrl-C does, and waits. */
export async function interrupt(running: RunningProgram): Promise<Finished & { stopMilliseconds: number }> {
  const started = performance.now();
  running.process.kill('SIGINT');
  const finished = await running.finished;
  return { ...finished, stopMilliseconds: performance.now() - started };
}
