/** Certificate and key of the server, as its settings name them. */
import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../shared/config.ts';
import type { ServerConfig } from './config.ts';

/** Null without TLS. Certificates of clients are looked at where a sensor connects: pages need none. Throws ConfigError. */
export function readTls({ tls: { certFile, keyFile, clientCaFile } }: ServerConfig): TlsOptions | null {
  if (certFile === '') return null;
  const read = (name: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new ConfigError(`tls.${name}: ${file} cannot be read: ${(cause as Error).message}.`, { cause });
    }
  };
  const options: TlsOptions = {
    cert: read('certFile', certFile),
    key: read('keyFile', keyFile),
    minVersion: 'TLSv1.2',
    ...(clientCaFile === ''
      ? {}
      : { ca: read('clientCaFile', clientCaFile), requestCert: true, rejectUnauthorized: false }),
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new ConfigError(`tls: ${certFile} and ${keyFile} cannot be used: ${(cause as Error).message}.`, { cause });
  }
  return options;
}
