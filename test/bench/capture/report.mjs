/** How figures are printed, and how those who wait are told. */

export function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

export function head(titles) {
  row(titles);
  row(titles.map(() => '---'));
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Such as p99 of milliseconds that are in order. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1) ?? 'none';
}

/** Who waits sees what for. */
export function tell(what) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what} …\r`);
}
