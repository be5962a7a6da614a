/** `kurayami start`: server, page and a sensor together. This and kurayami.ts are the only files that know both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filterOption } from './sensor/commands/filter-option.ts';
import { followedFile, sourceOptions } from './sensor/commands/source-options.ts';
import { loadSensorConfig } from './sensor/config.ts';
import { withFewerRights } from './sensor/privileges.ts';
import { serverFlags, serverOptions } from './server/commands/server.ts';
import { loadServerConfig } from './server/config.ts';
import { type RunningServer, startServer } from './server/main.ts';
import { type Command, type CommandArguments, type Program, speedOption, UsageError } from './shared/command.ts';

const SENSOR_NAME = 'this machine';
/** The sensor drains for a second and says its last word; then it is ended. */
const SENSOR_STOP_MILLISECONDS = 1_600;
const READY_MILLISECONDS = 5_000;
const READY_STEP_MILLISECONDS = 20;

export const start: Command = {
  name: 'start',
  about: 'server, page and a sensor together; without a source, simulated traffic is shown',
  usage: '[--read FILE… | --interface IF | --simulate]',
  options: { ...sourceOptions, ...serverOptions },
  examples: [
    ['npm start', 'a simulated darknet on http://127.0.0.1:8600'],
    ['npm start -- --read monday.pcap --speed 10', 'a capture, ten times as fast as it was'],
    ['npm start -- --interface eth1', 'a real darknet; this program, or tcpdump, needs the right to capture'],
  ],
  async run(given, program) {
    const isNamed = ['read', 'interface', 'simulate'].some((name) => given.options[name] !== undefined);
    const interfaces = isNamed ? [] : loadSensorConfig(undefined, program.folder, {}).interfaces;
    const source = describeSource(given, interfaces);
    filterOption(given);
    const config = loadServerConfig(undefined, program.folder, serverFlags(given));
    if (given.options.interface !== undefined || interfaces.length > 0) {
      const code = await withFewerRights((message) => process.stderr.write(`start: ${message}\n`), [config.data]);
      if (code !== null) return code;
    }
    if (config.tls.certFile !== '')
      throw new UsageError('the server has a certificate: start "kurayami server" and "kurayami sensor" apart');
    const running = await startServer({
      config,
      programFolder: program.folder,
      software: `kurayami ${program.version}`,
      log: (message) => process.stderr.write(`server: ${message}\n`),
    });
    try {
      const sensor = new SensorProcess(spawnSensor(given, interfaces, running, config.data, program), program.stop);
      // The address is shown when there is something to see there, or it takes long; not above an error.
      if (await isReady(sensor, running, program.stop))
        process.stdout.write(
          `\n  Kurayami ${program.version}  ${running.url}/\n  ${source} · stores in ${config.data} · Ctrl-C stops\n\n`,
        );
      await attend(sensor, running, program.stop);
      // A sensor that is told to stop while it ends by itself has no code of its own to tell.
      return sensor.code || (running.hasDamage() ? 1 : 0);
    } finally {
      await running.stop();
    }
  },
};

/** What is shown, in words. Throws UsageError when the words make no sense, before anything is started. */
function describeSource({ options, positionals }: CommandArguments, configured: readonly string[]): string {
  const named = ['read', 'interface', 'simulate'].filter((name) => options[name] !== undefined);
  if (named.length > 1) throw new UsageError('name one source: --interface IF, --read FILE… or --simulate');
  if (options.read === undefined && positionals.length > 0)
    throw new UsageError(`"${positionals[0]}" belongs to no option`);
  const followed = followedFile({ options, positionals });
  if (followed !== null) return `following ${followed}`;
  if (options.read !== undefined) {
    const speed = speedOption({ options, positionals });
    return `reading ${[...(options.read as string[]), ...positionals].join(', ')} ${speed === 0 ? 'as fast as it goes' : `at ${speed}×`}`;
  }
  const interfaces = (options.interface as string[] | undefined) ?? configured;
  return interfaces.length > 0
    ? `watching ${interfaces.join(', ')}`
    : `SIMULATED traffic, scenario ${options.scenario ?? 'background'}`;
}

/** A process of its own: packets are read whatever the server is busy with. */
function spawnSensor(
  given: CommandArguments,
  configured: readonly string[],
  running: RunningServer,
  dataFolder: string,
  program: Program,
): ChildProcess {
  running.tokens.remove(({ role, name }) => role === 'sensor' && name === SENSOR_NAME);
  const tokenFile = join(dataFolder, 'sensor.token');
  writeFileSync(tokenFile, running.tokens.add('sensor', SENSOR_NAME).token, { mode: 0o600 });
  const words = [
    'sensor',
    '--name',
    SENSOR_NAME,
    '--server',
    running.url.replace('http:', 'ws:'),
    '--token-file',
    tokenFile,
  ];
  const isSimulated = given.options.read === undefined && given.options.interface === undefined;
  if (isSimulated && configured.length === 0) words.push('--simulate');
  else if (given.options.read === undefined) words.push('--spool', join(dataFolder, 'spool'));
  for (const [name, value] of Object.entries(given.options)) {
    if (!(name in sourceOptions) || name === 'simulate') continue;
    for (const one of Array.isArray(value) ? value : [value])
      words.push(one === true ? `--${name}` : `--${name}=${one}`);
  }
  // What is read can be looked into; of what is captured just now somebody must say so.
  if (given.options.read !== undefined && given.options.packets === undefined) words.push('--packets=all');
  // After "--" everything is a file, whatever it begins with.
  if (given.positionals.length > 0) words.push('--', ...given.positionals);
  const main = join(program.folder, 'dist/kurayami.js');
  // A process group of its own: at Ctrl-C the server asks it to stop, and waits
  // for what it still has. The channel lets it notice when this process is gone.
  return spawn(process.execPath, [main, ...words], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true });
}

/** The sensor's process, and how it ended. */
class SensorProcess {
  /** Null while it runs. */
  code: number | null = null;
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, stop: AbortSignal) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code) => {
        // Stopped before it was ready to stop in good order: it had nothing yet.
        this.code = code ?? (stop.aborted ? 0 : 1);
        resolve();
      });
      child.once('error', (error) => {
        process.stderr.write(`the sensor cannot be started: ${error.message}\n`);
        this.code = 1;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    if (this.code !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), SENSOR_STOP_MILLISECONDS);
    await this.ended;
    clearTimeout(timer);
  }
}

/** True when the sensor has connected, or takes its time; false when it ended first. */
async function isReady(sensor: SensorProcess, running: RunningServer, stop: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < READY_MILLISECONDS && !running.hasSensor(); waited += READY_STEP_MILLISECONDS) {
    if (sensor.code !== null || stop.aborted) return false;
    await sleep(READY_STEP_MILLISECONDS);
  }
  return true;
}

/** Until the program is told to stop, or the sensor failed without a single packet. */
async function attend(sensor: SensorProcess, running: RunningServer, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([stopped, sensor.ended]);
  const failed = sensor.code !== null && sensor.code !== 0 && running.packetsStored() === 0;
  if (!failed) await stopped;
  await sensor.stop();
}
