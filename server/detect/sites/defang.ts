/** Addresses of malware are shown and handed on so that no program follows them, and no reader by accident. */

/** `http://192.0.2.1/a` becomes `hxxp[:]//192[.]0[.]2[.]1/a`: letters of control and of other directions go. */
export function defang(url: string): string {
  const { scheme, authority, rest } = partsOf(printable(url));
  // Behind it there may stand another: http://a.example/?to=http://b.example.
  const behind = rest.replace(/([A-Za-z]*):\/\/([^/?#&]*)/g, (_, inner: string, of: string) => harmless(inner, of));
  return `${harmless(scheme, authority)}${behind}`;
}

/** Of a URL: its host alone, without user and port. */
export function defangHost(url: string): string {
  const { authority } = partsOf(printable(url));
  return withoutDots(authority.replace(/^.*@/, '').replace(/:\d*$/, ''));
}

function harmless(scheme: string, authority: string): string {
  const dead = scheme.replace(/^http/i, 'hxxp').replace(/^ftp/i, 'fxp').replace(/^tftp/i, 'tfxp');
  return `${dead}[:]//${withoutDots(authority)}`;
}

const withoutDots = (authority: string) => authority.replaceAll('.', '[.]').replaceAll('@', '[@]');

export function partsOf(url: string): { scheme: string; authority: string; rest: string } {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z]{2,8}):\/{0,2}([^/?#]*)(.*)$/is.exec(url) ?? [];
  return { scheme, authority, rest };
}

/** ASCII that can be seen; all else as \xNN. */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
