/** Hands a file to whoever looks at the page. */

/** The browser has begun to save it by then. */
const KEEP_MILLISECONDS = 10_000;

export function offerFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MILLISECONDS);
}
