/** The files that a page needs to know of addresses, made once a run: it takes seconds. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pageTableFiles } from '../../server/enrich/page-table-files.ts';

const made = new Map<string, Uint8Array>();

function fileOf(name: string): Uint8Array {
  const file = made.get(name) ?? pageTableFiles.find((each) => each.name === name)!.make();
  made.set(name, file);
  return file;
}

export const countryFile = () => fileOf('countries.table');
export const networkFile = () => fileOf('networks.table');

/** The lists of networks as their package has them. */
export function networkLists(): [Buffer, Buffer] {
  const require = createRequire(import.meta.url);
  const list = (name: string) => readFileSync(require.resolve(`@ip-location-db/asn/${name}`));
  return [list('asn-ipv4-num.csv'), list('asn-ipv6-num.csv')];
}
