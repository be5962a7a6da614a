/** Whom a sensor believes, and by what it is known, over wss://. */
import { readFileSync } from 'node:fs';
import type { ClientOptions } from 'ws';
import { ConfigError } from '../../shared/config.ts';

export interface TrustFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** The server's certificate is always checked, and so is its name. Throws ConfigError. */
export function readTrust({ caFile, certFile, keyFile }: TrustFiles): ClientOptions {
  const read = (name: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new ConfigError(`tls.${name}: ${file} cannot be read: ${(cause as Error).message}.`, { cause });
    }
  };
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(caFile === '' ? {} : { ca: read('caFile', caFile) }),
    ...(certFile === '' ? {} : { cert: read('certFile', certFile), key: read('keyFile', keyFile) }),
  };
}
