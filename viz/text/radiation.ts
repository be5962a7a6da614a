/** Classes of radiation in words: a name, and in a sentence what it is. */
import type { RadiationGroup, RadiationName } from '../../shared/radiation.ts';
import type { Text } from './text.ts';

/** As the page calls a class; what this page does not know stays as it is written. */
export function radiationName(name: string, text: Text): string {
  return text[`radiation${capital(name as RadiationName)}`] ?? name;
}

export function radiationAbout(name: string, text: Text): string {
  return text[`aboutRadiation${capital(name as RadiationName)}`] ?? '';
}

/** What may not be who he says he is, has one colour with what cannot be. */
export function radiationGroupName(group: RadiationGroup, text: Text): string {
  if (group === 'backscatter') return text.radiationBackscatter;
  if (group === 'spoofed') return `${text.radiationSpoofed}, ${text.radiationBogon}`;
  return radiationName(group, text);
}

function capital<Name extends string>(name: Name): Capitalize<Name> {
  return (name.charAt(0).toUpperCase() + name.slice(1)) as Capitalize<Name>;
}
