/** `kurayami token`: makes, lists and revokes tokens. */
import { type Command, type CommandArguments, textOption, UsageError } from '../../shared/command.ts';
import { type Role, roles, TokenFile } from '../access/token-file.ts';
import { loadServerConfig } from '../config.ts';

export const token: Command = {
  name: 'token',
  about: 'makes, lists and revokes tokens of sensors, viewers, analysts and administrators',
  usage: 'add | list | revoke ID',
  options: {
    role: { type: 'string', value: 'ROLE', about: roles.join(', ') },
    name: { type: 'string', value: 'NAME', about: 'whose it is; a sensor’s token is good for the sensor of this name' },
    expires: { type: 'string', value: 'TIME', about: 'it is refused from then on: 90d, 12h or 30m (never)' },
    data: { type: 'string', value: 'DIR', about: 'folder of the stores (data)' },
    config: { type: 'string', value: 'FILE', about: 'settings of the server (config/server.toml)' },
  },
  examples: [
    ['kurayami token add --role sensor --name darknet-1 > sensor.token', 'the token is shown this once'],
    ['kurayami token add --role sensor --name darknet-1 --expires 90d', 'good for 90 days'],
    ['kurayami token list', 'who has one'],
    ['kurayami token revoke 3', 'from now on it is refused'],
  ],
  async run(given, program) {
    const config = loadServerConfig(textOption(given, 'config'), program.folder, { data: textOption(given, 'data') });
    const tokens = new TokenFile(config.data);
    const [action, id] = given.positionals;
    if (action === 'add') return add(tokens, given);
    if (action === 'list') return list(tokens);
    if (action === 'revoke' && id !== undefined && /^\d+$/.test(id)) return revoke(tokens, Number(id));
    throw new UsageError('token takes add, list or revoke ID');
  },
};

function add(tokens: TokenFile, given: CommandArguments): number {
  const [role, name] = [textOption(given, 'role'), textOption(given, 'name')];
  if (!roles.includes(role as Role)) throw new UsageError(`--role is one of ${roles.join(', ')}`);
  if (!name) throw new UsageError('--name says whose token it is');
  process.stdout.write(`${tokens.add(role as Role, name, expiryOption(given)).token}\n`);
  return 0;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60 };

/** Seconds since 1970. Throws UsageError. */
function expiryOption(given: CommandArguments): number | undefined {
  const text = textOption(given, 'expires');
  if (text === undefined) return undefined;
  const [, number, unit] = /^([1-9]\d{0,5})([dhm])$/.exec(text) ?? [];
  if (number === undefined) throw new UsageError(`--expires takes days, hours or minutes, such as 90d, not "${text}"`);
  return Math.floor(Date.now() / 1000) + Number(number) * UNIT_SECONDS[unit!]!;
}

const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

function list(tokens: TokenFile): number {
  for (const { id, role, name, createdSeconds, expiresSeconds } of tokens.list()) {
    const until = expiresSeconds === undefined ? '' : `  until ${dayOf(expiresSeconds)}`;
    process.stdout.write(
      `${String(id).padStart(4)}  ${role.padEnd(13)}  ${dayOf(createdSeconds)}  ${tokens.stateOf(id).padEnd(7)}  ${name}${until}\n`,
    );
  }
  return 0;
}

function revoke(tokens: TokenFile, id: number): number {
  if (tokens.revoke(id)) return 0;
  process.stderr.write(`There is no token ${id}; "kurayami token list" shows them.\n`);
  return 1;
}
