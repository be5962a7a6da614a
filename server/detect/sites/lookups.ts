/**
 * Log4j's look-ups as far as they only hide letters: ${lower:J}, ${::-j}, ${env:X:-j}. What they would ask of the receiver
 * (${env:USER}) stays as it is. https://logging.apache.org/log4j/2.x/manual/lookups.html
 */

/** Innermost first, so often as they can be nested. */
const MOST_ROUNDS = 12;
const INNERMOST = /\$\{([^${}]{0,200})\}/g;

export function resolveLookups(text: string): string {
  if (!text.includes('${')) return text;
  let resolved = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = resolved;
    resolved = before.replace(INNERMOST, (whole, inside: string) => letterOf(inside) ?? whole);
    if (resolved === before) break;
  }
  return resolved;
}

function letterOf(inside: string): string | null {
  if (/^jndi:/i.test(inside)) return null;
  const given = /^(?:lower|upper):(.*)$/is.exec(inside)?.[1];
  if (given !== undefined) return /^upper/i.test(inside) ? given.toUpperCase() : given.toLowerCase();
  // What stands for a value that is not there.
  const at = inside.indexOf(':-');
  return at < 0 ? null : inside.slice(at + 2);
}
