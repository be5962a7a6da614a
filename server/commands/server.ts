/** `kurayami server`: aggregator, stores, API, live stream and page. */
import { type Command, type CommandArguments, integerOption, textOption, UsageError } from '../../shared/command.ts';
import { loadServerConfig } from '../config.ts';
import { startServer } from '../main.ts';

export const serverOptions = {
  port: { type: 'string', value: 'N', about: 'port of the page and the API (8600); 0 lets the system choose' },
  data: { type: 'string', value: 'DIR', about: 'folder of the stores (data)' },
  series: { type: 'string', value: 'TARGET', about: 'the series also go there: influxdb:URL/DATABASE' },
} as const;

/** Flags of the server as its configuration has them. Throws UsageError. */
export function serverFlags(given: CommandArguments): Record<string, unknown> {
  const target = textOption(given, 'series');
  return {
    port: integerOption(given, 'port', 0, 65_535),
    data: textOption(given, 'data'),
    ...(target === undefined ? {} : { series: { target } }),
  };
}

export const server: Command = {
  name: 'server',
  about: 'takes in what sensors send, stores it, and serves page and API',
  usage: '',
  options: { ...serverOptions, config: { type: 'string', value: 'FILE', about: 'settings (config/server.toml)' } },
  examples: [
    ['kurayami server', 'on http://127.0.0.1:8600, stores in ./data'],
    ['kurayami server --series influxdb:http://127.0.0.1:8086/kurayami', 'the series also in InfluxDB'],
  ],
  async run(given, program) {
    if (given.positionals.length > 0) throw new UsageError(`"${given.positionals[0]}" belongs to no option`);
    const running = await startServer({
      config: loadServerConfig(textOption(given, 'config'), program.folder, serverFlags(given)),
      programFolder: program.folder,
      software: `kurayami ${program.version}`,
      log: (message) => process.stderr.write(`server: ${message}\n`),
    });
    process.stdout.write(`${running.url}\n`);
    await new Promise<void>((resolve) => {
      if (program.stop.aborted) resolve();
      else program.stop.addEventListener('abort', () => resolve(), { once: true });
    });
    await running.stop();
    return 0;
  },
};
