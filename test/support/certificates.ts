/** Certificates made by openssl: an authority, and what it signs. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Authority {
  readonly #folder: string;
  readonly #name: string;
  readonly caFile: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.caFile = join(folder, `${name}.pem`);
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes'];
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      ...subject,
      '-keyout',
      this.#key,
      '-out',
      this.caFile,
    );
  }

  get #key(): string {
    return join(this.#folder, `${this.#name}.key`);
  }

  /** For `host`; `expired` says that it ended long ago. */
  sign(host: string, { expired = false } = {}): { certFile: string; keyFile: string } {
    const [certFile, keyFile, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((end) =>
      join(this.#folder, `${this.#name}-${host}${expired ? '-expired' : ''}.${end}`),
    ) as [string, string, string, string];
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${host}`,
      '-keyout',
      keyFile,
      '-out',
      request,
    );
    writeFileSync(extensions, `subjectAltName=DNS:${host}\n`);
    const signer = ['-CA', this.caFile, '-CAkey', this.#key, '-CAcreateserial', '-extfile', extensions];
    openssl('x509', '-req', '-in', request, ...signer, '-days', expired ? '-1' : '2', '-out', certFile);
    return { certFile, keyFile };
  }
}

function openssl(...words: string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
