/** Tables as CSV (RFC 4180) that a spreadsheet opens without running what strangers wrote. */

type Cell = string | number | boolean | readonly string[];

/** With a head; lines end with CR LF. Lists are joined by spaces. */
export function csvOf<Row extends Record<string, Cell>>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
) {
  const lines = [columns.join(), ...rows.map((row) => columns.map((column) => cellOf(row[column]!)).join())];
  return `${lines.join('\r\n')}\r\n`;
}

/** What begins like a formula gets an apostrophe before it: https://owasp.org/www-community/attacks/CSV_Injection. */
function cellOf(value: Cell): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : value.join(' ');
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
