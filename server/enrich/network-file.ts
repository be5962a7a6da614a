/** The table of networks: made of the lists in an npm package at the first start, and kept in the data directory. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decodeNetworks, encodeNetworks, type NetworkColumns } from './networks/network-columns.ts';
import { readNetworkLists } from './networks/network-list.ts';
import { NetworkTable } from './networks/network-table.ts';

/** Shown behind the credit for countries: the licences ask for it, and DB-IP for the link. */
export const NETWORK_CREDIT = 'networks: the same (routeviews.org, https://db-ip.com, nro.net)';
const PACKAGE = '@ip-location-db/asn';
const FILE_NAME = 'networks.cache';

/** Never fails for a bad file: what is damaged or of another version is made anew. `log` hears of what went wrong. */
export function openNetworkTable(dataFolder: string, log: (message: string) => void): NetworkTable {
  const require = createRequire(import.meta.url);
  const { version } = require(`${PACKAGE}/package.json`) as { version: string };
  const path = join(dataFolder, FILE_NAME);
  return new NetworkTable(readCache(path, version) ?? makeColumns(require, path, version, log));
}

function readCache(path: string, version: string): NetworkColumns | null {
  try {
    return decodeNetworks(readFileSync(path), version);
  } catch {
    return null; // It is not there, or cannot be read: it is made.
  }
}

function makeColumns(
  require: NodeJS.Require,
  path: string,
  version: string,
  log: (message: string) => void,
): NetworkColumns {
  const list = (name: string) => readFileSync(require.resolve(`${PACKAGE}/${name}`));
  const { columns, unreadableLines } = readNetworkLists(list('asn-ipv4-num.csv'), list('asn-ipv6-num.csv'));
  if (unreadableLines > 0) log(`${unreadableLines} lines of the lists of networks cannot be read and are left out`);
  try {
    writeWhole(path, encodeNetworks(columns, version));
  } catch (error) {
    log(`the table of networks is not kept and will be made again: ${(error as Error).message}`);
  }
  return columns;
}

/** All or nothing: whoever reads the file finds the old one or the new one. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
