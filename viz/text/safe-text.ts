/** Bytes and words of strangers as text that does nothing: no control characters, no letters that turn the direction of others. No DOM. */

/** A character for each byte: itself where it is ASCII that can be seen or a space, else a dot. */
export function printableText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  return text;
}

/** Words that the server quotes from a payload: ASCII only, and no more than `most` characters. */
export function printableWords(text: string, most: number): string {
  return cut(text.replace(/[^\x20-\x7e]/g, '.'), most);
}

/** Names, which may be of any script: without what cannot be seen, and what changes how the rest is. */
export function safeName(text: string, most: number): string {
  return cut(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '.'), most);
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** What would be an address to follow, for programs that look for some (mail, spreadsheets), is none any more. */
export function defanged(text: string): string {
  return text.replaceAll('://', '[:]//').replace(/\bhttp(?=s?\[:\])/gi, 'hxxp');
}
