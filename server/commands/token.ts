/** `kurayami token`: makes, lists and revokes tokens. */
import { type Command, textOption, UsageError } from '../../shared/command.ts';
import { type Role, roles, TokenFile } from '../access/token-file.ts';
import { loadServerConfig } from '../config.ts';

export const token: Command = {
  name: 'token',
  about: 'makes, lists and revokes tokens of sensors, viewers, analysts and administrators',
  usage: 'add | list | revoke ID',
  options: {
    role: { type: 'string', value: 'ROLE', about: roles.join(', ') },
    name: { type: 'string', value: 'NAME', about: 'whose it is; a sensor’s token is good for the sensor of this name' },
    data: { type: 'string', value: 'DIR', about: 'folder of the stores (data)' },
    config: { type: 'string', value: 'FILE', about: 'settings of the server (config/server.toml)' },
  },
  examples: [
    ['kurayami token add --role sensor --name darknet-1 > sensor.token', 'the token is shown this once'],
    ['kurayami token list', 'who has one'],
    ['kurayami token revoke 3', 'from now on it is refused'],
  ],
  async run(given, program) {
    const config = loadServerConfig(textOption(given, 'config'), program.folder, { data: textOption(given, 'data') });
    const tokens = new TokenFile(config.data);
    const [action, id] = given.positionals;
    if (action === 'add') return add(tokens, textOption(given, 'role'), textOption(given, 'name'));
    if (action === 'list') return list(tokens);
    if (action === 'revoke' && id !== undefined && /^\d+$/.test(id)) return revoke(tokens, Number(id));
    throw new UsageError('token takes add, list or revoke ID');
  },
};

function add(tokens: TokenFile, role: string | undefined, name: string | undefined): number {
  if (!roles.includes(role as Role)) throw new UsageError(`--role is one of ${roles.join(', ')}`);
  if (!name) throw new UsageError('--name says whose token it is');
  process.stdout.write(`${tokens.add(role as Role, name).token}\n`);
  return 0;
}

function list(tokens: TokenFile): number {
  for (const { id, role, name, createdSeconds, revoked } of tokens.list()) {
    const made = new Date(createdSeconds * 1000).toISOString().slice(0, 10);
    process.stdout.write(
      `${String(id).padStart(4)}  ${role.padEnd(13)}  ${made}  ${revoked ? 'revoked' : 'good   '}  ${name}\n`,
    );
  }
  return 0;
}

function revoke(tokens: TokenFile, id: number): number {
  if (tokens.revoke(id)) return 0;
  process.stderr.write(`There is no token ${id}; "kurayami token list" shows them.\n`);
  return 1;
}
