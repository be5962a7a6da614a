/** Addresses of malware are shown and handed on so that no program follows them, and no reader by accident. */

/** `http://192.0.2.1/a` becomes `hxxp[:]//192[.]0[.]2[.]1/a`: letters of control and of other directions go. */
export function defang(url: string): string {
  const shown = printable(url);
  const { scheme, authority, rest } = partsOf(shown);
  const harmless = scheme.replace(/^http/i, 'hxxp').replace(/^ftp/i, 'fxp').replace(/^tftp/i, 'tfxp');
  return `${harmless}[:]//${authority.replaceAll('.', '[.]').replaceAll('@', '[@]')}${rest}`;
}

export function partsOf(url: string): { scheme: string; authority: string; rest: string } {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z]{2,8}):\/{0,2}([^/?#]*)(.*)$/is.exec(url) ?? [];
  return { scheme, authority, rest };
}

/** ASCII that can be seen; all else as \xNN. */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
