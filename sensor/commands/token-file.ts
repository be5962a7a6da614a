/** The token of a sensor, which lies in a file that may change while the sensor runs. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../shared/command.ts';

const MAKE_ONE = 'make one at the server with "kurayami token add --role sensor --name NAME"';
/** What can stand in a header of HTTP as it is. */
const TOKEN = /^[\x21-\x7e]{1,200}$/;

/** Reads the file anew whenever it is asked; what was there before holds while there is no token in it. Throws UsageError at first. */
export function tokenReader(tokenFile: string | undefined): () => string {
  if (tokenFile === undefined)
    throw new UsageError(`a sensor needs a token: ${MAKE_ONE}, and name its file with --token-file`);
  let token = readToken(tokenFile);
  return () => {
    try {
      token = readToken(tokenFile);
    } catch {
      // It may be written just now.
    }
    return token;
  };
}

function readToken(tokenFile: string): string {
  const text = readText(tokenFile).trim();
  if (!TOKEN.test(text))
    throw new UsageError(
      `the token file ${tokenFile} does not hold one token on one line and nothing else: ${MAKE_ONE}, and write it there`,
    );
  return text;
}

function readText(tokenFile: string): string {
  try {
    return readFileSync(tokenFile, 'utf8');
  } catch (cause) {
    throw new UsageError(`the token file ${tokenFile} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
